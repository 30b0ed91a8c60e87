// The messages that are kept at the top of the room. Their number is live; what they say is asked when the list is opened.

export class Pins {
  constructor({ box, base, ask }) {
    Object.assign(this, { box, base, ask, isStale: false });
    this.template = document.getElementById("pin-template").content.firstElementChild;
    this.ids = new Set(box.dataset.ids.split(",").filter(Boolean).map(Number));
    box.addEventListener("toggle", () => this.load());
  }

  // As the server tells it: of a message, which may not be shown here, whether it is pinned.
  tell(id, isPinned, node) {
    if (isPinned) this.ids.add(id);
    else if (!this.ids.delete(id)) return;
    this.isStale = true;
    this.box.hidden = !this.ids.size;
    document.getElementById("pins-count").textContent = this.ids.size;
    if (node) this.mark(node, isPinned);
    this.load();
  }

  mark(node, isPinned) {
    if (isPinned) node.dataset.pinned = "1";
    else delete node.dataset.pinned;
    const line = node.querySelector(".msg__signs");
    const sign = line.querySelector(".msg__pin");
    if (!isPinned) sign?.remove();
    else if (!sign) line.prepend(this.template.cloneNode(true));
    line.hidden = !isPinned && !line.querySelector(".sign");
  }

  empty() {
    this.ids.clear();
    this.box.hidden = true;
    this.box.querySelector("ul").replaceChildren();
  }

  async load() {
    if (!this.isStale || !this.box.open) return;
    this.isStale = false;
    try {
      const { pins = [] } = await this.ask("pins");
      this.box.querySelector("ul").replaceChildren(...pins.map((pin) => this.line(pin)));
    } catch { this.isStale = true; }
  }

  line({ number, author, excerpt }) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${this.base}?from=${number}#message-${number}`;
    const who = document.createElement("bdi");
    who.textContent = author;
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = excerpt;
    link.append(who, " ", text);
    item.append(link);
    return item;
  }
}
