// Who is here, who writes, and how many notifications wait: none of it is kept anywhere.

const TYPING = 6000;

export class Company {
  constructor({ words, me }) {
    Object.assign(this, { words, me, typers: new Map() });
  }

  typing({ person }) {
    if (!person || person.id === this.me) return;
    clearTimeout(this.typers.get(person.id)?.timer);
    this.typers.set(person.id, { name: person.name, timer: setTimeout(() => this.said(person.id), TYPING) });
    this.show();
  }

  // Somebody said something, or stopped writing.
  said(id) {
    this.typers.delete(id);
    this.show();
  }

  leave() {
    this.present({ people: [] });
    this.typers.clear();
    this.show();
  }

  show() {
    const [first, ...others] = this.typers.values();
    const line = document.getElementById("typing");
    line.textContent = !first ? "" : others.length ? this.words.typingMany : this.words.typing.replace("NAME", first.name);
  }

  present({ people }) {
    const list = document.getElementById("people");
    list.replaceChildren(...people.map((person) => {
      const item = document.createElement("li");
      const sign = document.createElement("span");
      sign.className = `avatar avatar--s presence hue-${person.id % 10}`;
      sign.ariaHidden = "true";
      sign.textContent = [...person.name][0] ?? "";
      const name = document.createElement("bdi");
      name.textContent = person.name;
      item.append(sign, name);
      return item;
    }));
    const others = people.filter((person) => person.id !== this.me).length;
    document.getElementById("nobody").hidden = others > 0;
    const line = document.getElementById("present");
    line.hidden = !people.length;
    line.textContent = this.words.here.replace("COUNT", people.length);
  }
}

// How many notifications and conversations wait: the page's own script shows it.
export function notice(frame) { document.dispatchEvent(new CustomEvent("notice", { detail: frame })); }
