// What one does with a message: one list for all of them. An item is shown where every word of its `data-when` holds for the
// message; `data-path` is its address below the room's, with the message's id in place of ID and its number in place of NUMBER;
// what has a `data-act` is done here.
import { Popover } from "../popover.js";

export class Menu extends Popover {
  constructor({ box, data, me, acts, copies }) {
    super(box);
    Object.assign(this, { data, me, acts, copies });
    box.addEventListener("click", (event) => this.choose(event));
  }

  // What holds for a message.
  facts(node) {
    const { data } = this;
    const own = Number(node.dataset.author) === this.me;
    const facts = {
      own, others: !own, writes: data.writes, reacts: data.reacts, receipts: data.receipts, moderates: data.moderates, pins: data.pins,
      copies: data.copies && data.writes && this.copies?.(node), stretching: data.stretching, unstretched: !data.stretching,
      deletes: own ? data.deletes : data.writes && data.moderates, pinned: node.dataset.pinned, unpinned: !node.dataset.pinned,
    };
    return new Set(Object.keys(facts).filter((name) => facts[name]));
  }

  open(anchor) {
    this.node = anchor.closest(".msg");
    const facts = this.facts(this.node);
    for (const item of this.box.children) {
      item.hidden = !(item.dataset.when ?? "").split(" ").filter(Boolean).every((word) => facts.has(word));
      if (item.dataset.path) item.href = this.data.base + item.dataset.path.replace("ID", this.node.dataset.id).replace("NUMBER", this.node.dataset.number);
    }
    super.open(anchor);
  }

  choose(event) {
    const item = event.target.closest("[data-act]");
    const act = item && this.acts[item.dataset.act];
    if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { node, anchor } = this;
    if (item.dataset.act !== "copy") this.close();
    act(node, anchor, item);
  }
}

// Put the address of a message where it can be pasted from; where the browser does not let us, its own page shows it.
export async function copyLink(node, base, item, menu, said) {
  const address = new URL(`${base}?from=${node.dataset.number}#${node.id}`, location.href).href;
  try {
    await navigator.clipboard.writeText(address);
  } catch {
    location.assign(`${base}messages/${node.dataset.id}/`);
    return;
  }
  const words = item.querySelector("span");
  const before = words.textContent;
  words.textContent = said;
  setTimeout(() => { words.textContent = before; menu.close(); }, 700);
}
