// Which organisations have read a message: asked when somebody wants to know, never kept up to date by itself.
import { Popover } from "../popover.js";

export class Readers extends Popover {
  constructor({ box, words, base, ask }) {
    super(box);
    Object.assign(this, { words, base, ask });
  }

  async show(node, anchor) {
    let found;
    try { found = await this.ask(`messages/${node.dataset.id}/readers`); } catch { found = {}; }
    if (!found.read) return location.assign(`${this.base}messages/${node.dataset.id}/#readers`);
    const [title, , read, , waiting] = this.box.children;
    title.textContent = this.words.readBy.replace("COUNT", found.read.length).replace("TOTAL", found.total);
    this.list(read, found.read);
    this.list(waiting, found.waiting);
    this.open(anchor);
  }

  list(box, names) {
    box.replaceChildren(...(names.length ? names : [this.words.none]).map((name) => {
      const item = document.createElement("li");
      item.dir = "auto";
      item.textContent = name;
      return item;
    }));
  }
}
