// What people add to messages, together: signs, pins, who has read, the menu of each, and the ways that lead to one.
import { Menu, copyLink } from "./menu.js";
import { Pins } from "./pins.js";
import { Readers } from "./readers.js";
import { Signs } from "./reactions.js";
import { Stretch } from "./stretch.js";

export class Extras {
  // `edit` is null where nothing can be written.
  constructor({ chat, words, log, outbox, ask, edit }) {
    const data = chat.dataset;
    const me = Number(data.user);
    const { base } = data;
    this.log = log;
    this.pins = new Pins({ box: document.getElementById("pins"), base, ask });
    this.signs = new Signs({
      box: document.getElementById("signs"), log: log.box, data, me, ask,
      react: (id, emoji, on) => outbox.add({ type: "react", id, emoji, on }),
    });
    const bar = document.getElementById("stretching");
    this.stretch = bar && new Stretch({ bar, log, data, words });
    const readersBox = document.getElementById("readers");
    const readers = readersBox && new Readers({ box: readersBox, words, base, ask });
    const pin = (on) => (node) => outbox.add({ type: "pin", id: Number(node.dataset.id), on });
    this.menu = new Menu({
      box: document.getElementById("menu"), data, me, copies: (node) => this.stretch?.takes(node),
      acts: {
        copy: (node, anchor, item) => copyLink(node, base, item, this.menu, words.copied),
        pin: pin(true),
        unpin: pin(false),
        ...(readers && { readers: (node, anchor) => readers.show(node, anchor) }),
        ...(edit && { edit }),
        ...(this.stretch && {
          stretch: (node, anchor) => this.stretch.start(node, anchor),
          begins: (node) => this.stretch.begins(node),
          ends: (node) => this.stretch.ends(node),
        }),
        delete(node) { if (confirm(words.confirm)) log.pending(outbox.add({ type: "delete", id: Number(node.dataset.id) }), ""); },
      },
    });
    this.ways(chat, base);
  }

  // A message as it is now; without anything when it is deleted.
  show(node, { reactions, pinned }) {
    this.pins.mark(node, Boolean(pinned));
    this.signs.tell(node, reactions);
  }

  told({ kind, message }) {
    const node = message && this.log.byId(message.id);
    if (kind === "deleted") this.pins.tell(message.id, false);
    if (kind === "purged") this.pins.purge();
    if (kind === "pinned") this.pins.tell(message.id, message.pinned, node);
    if (kind === "reacted" && node) this.signs.tell(node, message.reactions);
  }

  refused({ type, id }) { if (type === "react") this.signs.refused(this.log.byId(id)); }

  // The room is lost: what was pinned goes with it, and nothing can be chosen any more.
  leave() {
    this.pins.empty();
    this.stretch?.stop();
    for (const open of document.querySelectorAll(".chat__menu:popover-open")) open.hidePopover();
  }

  // A link to a message that stands here leads there; opening the search puts one into its field.
  ways(chat, base) {
    chat.addEventListener("click", (event) => {
      const link = event.target.closest('a[href*="#message-"]');
      const target = link && [location.pathname, base].includes(link.pathname) && document.getElementById(link.hash.slice(1));
      if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      link.closest("details")?.removeAttribute("open");
      location.hash = link.hash;
      target.scrollIntoView({ block: "center" });
    });
    chat.querySelector("[data-stretch=start]")?.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const menu = event.currentTarget.closest("details");
      menu.open = false;
      this.stretch.start(null, menu.querySelector("summary"));
    });
    const find = chat.querySelector(".chat__find");
    find.addEventListener("toggle", () => { if (find.open) find.querySelector("input").focus(); });
  }
}
