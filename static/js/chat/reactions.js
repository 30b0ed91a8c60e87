// Signs on messages: the chips below them, and the small list from which one is chosen. A sign shows at once and is made true,
// or taken back, by what the server says.
import { comma } from "../comma.js";
import { Popover } from "../popover.js";

export class Signs extends Popover {
  constructor({ box, log, data, me, ask, react }) {
    super(box);
    Object.assign(this, { data, me, ask, react, told: new WeakMap() });
    this.meanings = Object.fromEntries([...box.children].map((one) => [one.dataset.sign, one.title]));
    box.addEventListener("click", (event) => {
      const { sign } = event.target.closest("[data-sign]")?.dataset ?? {};
      if (!sign) return;
      this.close();
      this.wish(this.anchor.closest(".msg"), sign, !this.has(this.shown(this.anchor.closest(".msg")), sign));
    });
    log.addEventListener("click", (event) => {
      const chip = event.target.closest(".sign");
      if (!chip) return;
      event.preventDefault();
      if (data.reacts) this.wish(chip.closest(".msg"), chip.dataset.emoji, chip.ariaPressed !== "true");
    });
    for (const name of ["pointerover", "focusin"]) log.addEventListener(name, (event) => this.name(event.target.closest?.(".sign")));
  }

  open(anchor) {
    const signs = this.shown(anchor.closest(".msg"));
    for (const one of this.box.children) one.ariaPressed = String(this.has(signs, one.dataset.sign));
    super.open(anchor);
  }

  has(signs, emoji) { return signs.some((sign) => sign.emoji === emoji && sign.people.includes(this.me)); }

  // The signs as the message shows them now.
  shown(node) {
    return [...node.querySelectorAll(".sign")].map((chip) => ({ emoji: chip.dataset.emoji, people: chip.dataset.people.split(",").map(Number) }));
  }

  // As the server tells it.
  tell(node, signs = []) {
    this.told.set(node, signs);
    this.paint(node, signs);
  }

  // As the reader wants it, until the server tells.
  wish(node, emoji, on) {
    const signs = this.shown(node);
    if (!this.told.has(node)) this.told.set(node, signs);
    const others = signs.map((sign) => (sign.emoji === emoji ? { emoji, people: sign.people.filter((one) => one !== this.me) } : sign));
    if (on && !others.some((sign) => sign.emoji === emoji)) others.push({ emoji, people: [] });
    if (on) others.find((sign) => sign.emoji === emoji).people.push(this.me);
    this.paint(node, others.filter((sign) => sign.people.length));
    this.react(Number(node.dataset.id), emoji, on);
  }

  // It was refused: back to what is true.
  refused(node) { if (node) this.paint(node, this.told.get(node) ?? this.shown(node)); }

  paint(node, signs) {
    const line = node.querySelector(".msg__signs");
    const before = new Map([...line.querySelectorAll(".sign")].map((chip) => [chip.dataset.emoji, chip]));
    const focused = line.contains(document.activeElement) ? document.activeElement.dataset.emoji : null;
    for (const chip of before.values()) chip.remove();
    for (const { emoji, people } of signs) line.append(this.chip(emoji, people, before.get(emoji)));
    line.hidden = !signs.length && !node.dataset.pinned;
    if (focused) line.querySelector(`.sign[data-emoji="${focused}"]`)?.focus();
  }

  chip(emoji, people, before) {
    const ids = people.join(",");
    if (before?.dataset.people === ids) return before;
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "sign";
    Object.assign(chip.dataset, { emoji, people: ids });
    if (this.data.reacts) chip.ariaPressed = String(people.includes(this.me));
    chip.ariaLabel = `${this.meanings[emoji] ?? emoji} (${people.length})`;
    const sign = document.createElement("span");
    sign.ariaHidden = "true";
    sign.textContent = emoji;
    chip.append(sign, ` ${people.length}`);
    return chip;
  }

  // Who gave it is asked when somebody wants to know.
  async name(chip) {
    if (!chip || chip.title || chip.dataset.asked) return;
    chip.dataset.asked = "1";
    const node = chip.closest(".msg");
    try {
      const { reactions = [] } = await this.ask(`messages/${node.dataset.id}/reactions`);
      for (const { emoji, meaning, names } of reactions) {
        const found = node.querySelector(`.sign[data-emoji="${emoji}"]`);
        if (found) found.title = found.ariaLabel = `${meaning} (${names.length}): ${names.join(comma)}`;
      }
    } catch { delete chip.dataset.asked; }
  }
}
