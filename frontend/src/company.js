// Who is here: a caret with a name for each of the others, a row of names above the text, and a word when somebody comes.
import { comma } from "../../static/js/comma.js";

const COLOUR = /^#[0-9a-f]{6}$/iu;
const NAMED = 2500; // ms for which a name stands beside a caret that moved

const colour = (user) => (COLOUR.test(user?.color ?? "") ? user.color : "#3d5964");
const named = (user, words) => String(user?.name ?? "").trim().slice(0, 80) || words.somebody;

export function cursorBuilder(words) {
  return (user) => {
    const caret = document.createElement("span");
    caret.className = "caret";
    caret.style.setProperty("--hue", colour(user));
    const name = document.createElement("bdi");
    name.className = "caret__name";
    name.textContent = named(user, words);
    caret.append("\u2060", name, "\u2060");
    caret.classList.add("is-new");
    setTimeout(() => caret.classList.remove("is-new"), NAMED);
    return caret;
  };
}

export function selectionBuilder(user) {
  return { class: "theirs", style: `--hue: ${colour(user)}` };
}

// The cursors' own module complains of a colour it does not know: it gets none of those.
export function fits(own, id, state) {
  return own !== id && COLOUR.test(state?.user?.color ?? "");
}

// The carets are drawn anew when others move, not at each step of one's own: that would put back a selection that is just changing.
export function ofOthers(awareness) {
  const heard = new Map();
  return {
    getStates: () => awareness.getStates(),
    getLocalState: () => awareness.getLocalState(),
    setLocalStateField: (name, value) => awareness.setLocalStateField(name, value),
    on(event, listener) {
      heard.set(listener, ({ added, updated, removed }) => {
        if ([...added, ...updated, ...removed].some((id) => id !== awareness.clientID)) listener();
      });
      awareness.on(event, heard.get(listener));
    },
    off(event, listener) { awareness.off(event, heard.get(listener)); },
  };
}

export class Company {
  constructor({ root, awareness, words, say }) {
    Object.assign(this, { awareness, words, say });
    this.list = root.querySelector("[data-people]");
    this.here = new Map();
    awareness.on("change", () => this.show());
    this.show();
  }

  show() {
    const people = new Map();
    for (const [client, { user }] of this.awareness.getStates()) {
      if (user && client !== this.awareness.clientID) people.set(String(user.id ?? client), user);
    }
    const come = [...people].filter(([id]) => !this.here.has(id)).map(([, user]) => named(user, this.words));
    const left = [...this.here].filter(([id]) => !people.has(id)).map(([, user]) => named(user, this.words));
    this.here = people;
    this.list.replaceChildren(...[...people.values()].map((user) => {
      const item = document.createElement("li");
      item.className = "write__person";
      item.style.setProperty("--hue", colour(user));
      const name = document.createElement("bdi");
      name.textContent = named(user, this.words);
      item.append(name);
      return item;
    }));
    this.list.parentElement.hidden = !people.size;
    const told = [come.length && this.words.came.replace("NAMES", come.join(comma)), left.length && this.words.left.replace("NAMES", left.join(comma))].filter(Boolean);
    if (told.length) this.say(told.join(" "));
  }
}
