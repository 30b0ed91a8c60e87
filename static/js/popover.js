// A small list that opens beside what opened it: native popovers, placed, with the arrow keys and the focus given back.

const GAP = 4;
const WIDE = matchMedia("(min-width: 36rem)"); // below it the list lies at the foot of the window, by the style sheet

export class Popover {
  constructor(box) {
    this.box = box;
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("toggle", (event) => {
      if (event.newState === "closed" && this.anchor?.isConnected && box.contains(document.activeElement)) this.anchor.focus();
      if (event.newState === "closed") this.anchor?.closest(".msg, .post")?.classList.remove("is-busy");
    });
  }

  open(anchor) {
    this.anchor = anchor;
    anchor.closest(".msg, .post")?.classList.add("is-busy");
    this.box.showPopover();
    this.place();
    (this.items[0] ?? this.box).focus();
  }

  close() {
    this.box.hidePopover();
    if (this.anchor?.isConnected) this.anchor.focus();
  }

  get items() { return [...this.box.querySelectorAll("a, button")].filter((item) => !item.hidden); }

  place() {
    const { style } = this.box;
    style.insetBlockStart = style.insetInlineStart = "";
    if (!WIDE.matches) return;
    const at = this.anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const below = at.bottom + GAP + height <= innerHeight;
    const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
    // From the edge at which a line begins: what opened it in the first half of the window keeps its start, else its end.
    const [begins, ends] = document.documentElement.dir === "rtl" ? [innerWidth - at.right, innerWidth - at.left] : [at.left, at.right];
    const start = begins < innerWidth / 2 ? begins : ends - width;
    const most = innerWidth - width - GAP;
    style.insetBlockStart = `${top}px`;
    style.insetInlineStart = `${Math.max(GAP, Math.min(most, start))}px`;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const { items } = this;
    if (!step || !items.length) return;
    event.preventDefault();
    const across = event.key.length > 9 || event.key === "ArrowLeft";
    const turn = across && document.documentElement.dir === "rtl" ? -step : step;
    items.at((items.indexOf(document.activeElement) + turn) % items.length)?.focus();
  }
}
