// Suggestions under the search boxes, with the arrow keys. Without this script a box is what it is: a form that leads to a page.

const WAIT = 150;

const suggest = (box) => {
  const input = box.querySelector("input[type=search]");
  const list = box.querySelector("[role=listbox]");
  const template = box.querySelector("template");
  let timer = 0;
  let asked = null;
  let at = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.children];
  const close = () => {
    asked?.abort();
    clearTimeout(timer);
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (index) => {
    const all = options();
    all[at]?.setAttribute("aria-selected", "false");
    at = index;
    if (!all[at]) { input.removeAttribute("aria-activedescendant"); return; }
    all[at].setAttribute("aria-selected", "true");
    all[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[at].id);
  };

  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map((one, index) => {
      const option = template.content.firstElementChild.cloneNode(true);
      option.id = `${list.id}-${index}`;
      option.dataset.url = one.url;
      option.querySelector(".suggestions__title").textContent = one.title;
      option.querySelector(".suggestions__kind").textContent = one.kind;
      return option;
    }));
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const typed = input.value;
    try {
      const answer = await fetch(`${box.dataset.suggestions}?${new URLSearchParams({ q: typed })}`, { signal: asked.signal });
      if (answer.ok && typed === input.value && document.activeElement === input) show((await answer.json()).suggestions);
    } catch { /* Without an answer there is nothing to suggest. */ }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim().length < 2) { close(); return; }
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") choose(at + 1 < count ? at + 1 : -1);
    else if (event.key === "ArrowUp") choose(at === -1 ? count - 1 : at - 1);
    else if (event.key === "Escape") { close(); event.stopPropagation(); }
    else if (event.key === "Enter" && at >= 0) location.assign(options()[at].dataset.url);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
  input.addEventListener("blur", close);
};

document.querySelectorAll("[data-suggestions]").forEach(suggest);
