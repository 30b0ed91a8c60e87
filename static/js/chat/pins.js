// The messages that are kept at the top of the room. Their number is live; what they say is asked when the list is opened.

export class Pins {
  constructor({ box, base, ask }) {
    Object.assign(this, { box, base, ask, isStale: false, turn: 0, list: box.querySelector("ul") });
    this.template = document.getElementById("pin-template").content.firstElementChild;
    this.ids = new Set(box.dataset.ids.split(",").filter(Boolean).map(Number));
    box.addEventListener("toggle", () => this.load());
  }

  // As the server tells it: of a message, which may not be shown here, whether it is pinned.
  tell(id, isPinned, node) {
    if (isPinned) this.ids.add(id);
    else if (!this.ids.delete(id)) return;
    if (!isPinned) this.list.querySelector(`[data-pin="${id}"]`)?.remove();
    if (node) this.mark(node, isPinned);
    this.count();
    this.renew();
  }

  count() {
    this.box.hidden = !this.ids.size;
    document.getElementById("pins-count").textContent = this.ids.size;
  }

  renew() {
    this.isStale = true;
    this.turn += 1;
    this.load();
  }

  // Some of what is pinned may be kept no longer: nothing of it is shown before the server is asked.
  purge() {
    this.list.replaceChildren();
    this.renew();
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
    this.turn += 1;
    this.ids.clear();
    this.box.hidden = true;
    this.list.replaceChildren();
  }

  async load() {
    if (!this.isStale || !this.box.open) return;
    this.isStale = false;
    const { turn } = this;
    let pins;
    try { ({ pins } = await this.ask("pins")); } catch { /* opened again, the list is asked again */ }
    // Something was told since: an answer from before it may hold what was deleted.
    if (turn !== this.turn) return;
    this.isStale = !pins;
    if (!pins) return;
    this.list.replaceChildren(...pins.map((pin) => this.line(pin)));
    this.ids = new Set(pins.map(({ id }) => id));
    this.count();
  }

  line({ id, number, author, excerpt }) {
    const item = document.createElement("li");
    item.dataset.pin = id;
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
