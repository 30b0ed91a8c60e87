// Names after an @: a list of who takes part, worked by arrows, Enter or Tab, and Escape.
export function names(form, text) {
  if (!form.dataset.peopleUrl) return;
  let people;
  let shown = [];
  let chosen = 0;
  const list = document.createElement("ul");
  list.className = "names";
  list.id = `${text.id}-names`;
  list.role = "listbox";
  list.ariaLabel = form.dataset.people;
  list.hidden = true;
  text.after(list);
  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-haspopup", "listbox");

  const typed = () => /(?:^|[^\p{L}\p{N}_@/.\\])@([\p{L}\p{N}’'.\- ]{0,40})$/u.exec(text.value.slice(0, text.selectionStart))?.[1];
  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    text.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    chosen = (index + shown.length) % shown.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    const item = list.children[chosen];
    item.scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", item.id);
  };
  const take = (index) => {
    const end = text.selectionStart;
    const start = end - typed().length;
    const name = shown[index].name;
    text.setRangeText(text.value.slice(end).startsWith(" ") ? name : `${name} `, start, end, "end");
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const offer = async () => {
    if (typed() === undefined) return close();
    if (!people) {
      people = [];
      try { people = (await (await fetch(form.dataset.peopleUrl)).json()).people; } catch { people = undefined; /* typing the name works too */ }
    }
    // What stands there now, not what stood there when the list was asked for.
    const start = typed();
    if (start === undefined || !people) return close();
    const wanted = start.toLowerCase();
    const fits = (name) => name.toLowerCase().startsWith(wanted) || name.toLowerCase().split(" ").some((part) => wanted && part.startsWith(wanted));
    shown = people.filter((person) => fits(person.name)).slice(0, 8);
    if (!shown.length || (shown.length === 1 && shown[0].name.toLowerCase() === wanted.trim())) return close();
    list.replaceChildren(...shown.map((person, at) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${at}`;
      item.role = "option";
      const name = document.createElement("bdi");
      name.textContent = person.name;
      const organisation = document.createElement("span");
      organisation.textContent = person.organisation;
      item.append(name, organisation);
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(at); });
      return item;
    }));
    list.hidden = false;
    choose(0);
  };
  text.addEventListener("input", offer);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const act = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => take(chosen),
      Tab: () => take(chosen),
      Escape: close,
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  });
}
