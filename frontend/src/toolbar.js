// The toolbar: one stop for the Tab key, arrows inside; each button says whether it is on.
import { Popover } from "../../static/js/popover.js";
import { commands, DIRECT, pressed, styleOf, styles } from "./acts.js";
import { isSuggesting } from "./suggestions.js";

export class Toolbar {
  constructor({ root, view, acts, can }) {
    Object.assign(this, { root, view, acts, can });
    this.bar = root.querySelector("[role=toolbar]");
    this.style = this.bar.querySelector("[data-style]");
    this.menu = new Popover(root.querySelector("[data-menu]"));
    for (const button of root.querySelectorAll("[data-act]")) {
      // The text keeps its selection, and a phone its keyboard.
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => { if (button.ariaDisabled !== "true") this.run(button); });
    }
    this.style.addEventListener("change", () => {
      styles[this.style.value]?.(view.state, view.dispatch);
      view.focus();
    });
    this.bar.addEventListener("keydown", (event) => this.key(event));
    this.bar.addEventListener("focusin", (event) => this.stop(event.target));
    this.update();
    this.stop(this.items[0]);
  }

  get items() { return [...this.bar.querySelectorAll("select, button")].filter((item) => !item.hidden && item.offsetParent); }

  stop(item) { for (const one of this.bar.querySelectorAll("select, button")) one.tabIndex = one === item ? 0 : -1; }

  focus() {
    this.items.find((item) => item.tabIndex === 0)?.focus();
    return true;
  }

  run(button) {
    const name = button.dataset.act;
    if (name === "menu-table") return this.menu.open(button);
    if (button.closest("[popover]")) this.menu.box.hidePopover();
    if (commands[name]) {
      commands[name](this.view.state, this.view.dispatch, this.view);
      this.view.focus();
    } else this.acts[name]?.(this.view.state, this.view.dispatch, this.view);
    return true;
  }

  key(event) {
    if (event.key === "Escape" || (event.altKey && event.key === "F10")) {
      event.preventDefault();
      return this.view.focus();
    }
    const { items } = this;
    const turn = document.documentElement.dir === "rtl" ? -1 : 1;
    const at = items.indexOf(document.activeElement);
    const next = { ArrowRight: at + turn, ArrowLeft: at - turn, Home: 0, End: items.length - 1 }[event.key];
    if (next === undefined || at < 0) return undefined;
    event.preventDefault();
    return items.at(next % items.length).focus();
  }

  update() {
    const { state } = this.view;
    const writes = this.can.write();
    this.bar.hidden = !writes && !this.can.comment();
    for (const button of this.root.querySelectorAll("[data-act]")) {
      const name = button.dataset.act;
      if (pressed[name]) button.ariaPressed = String(pressed[name](state));
      const able = name === "comment" ? this.can.comment() : writes && !(isSuggesting(state) && DIRECT.has(name)) && (commands[name]?.(state) ?? true);
      button.ariaDisabled = String(!able);
      if (!writes) button.hidden = name !== "comment";
    }
    this.style.hidden = !writes;
    this.style.disabled = isSuggesting(state);
    this.style.value = styleOf(state);
  }
}
