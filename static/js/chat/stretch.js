// A stretch of the room that becomes a thread: where it begins and ends is marked in the log, by tap, by the menu of a message or
// by the arrows of a bar that says how many. What comes then is the form that there is without a script, with both ends filled in.

const MOST = 100; // messages in one stretch, as the server counts them

export class Stretch {
  constructor({ bar, log, data, words }) {
    Object.assign(this, { bar, log, data, words, on: false });
    this.says = bar.querySelector("[role=status]");
    this.make = bar.querySelector("[data-stretch=make]");
    const { language, zone: timeZone } = data;
    this.days = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { day: "numeric", month: "short", timeZone });
    bar.addEventListener("click", (event) => {
      const { stretch } = event.target.closest("[data-stretch]")?.dataset ?? {};
      if (stretch === "cancel") this.stop();
      else if (stretch === "make") { if (this.make.ariaDisabled) event.preventDefault(); }
      else if (stretch) this.step(stretch === "less" ? -1 : 1);
    });
    // Escape ends it, and counts as the first of the two that leave the site quickly.
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector(":popover-open")) this.stop(); });
    log.box.addEventListener("click", (event) => this.tapped(event), { capture: true });
  }

  // What may be copied, in the order of the log: here, as far as this reader may.
  get all() {
    return [...this.log.box.querySelectorAll(".msg[data-number]:not(.msg--gone)")].filter((node) => this.takes(node));
  }

  takes(node) {
    if (node.classList.contains("msg--gone") || !Number(node.dataset.number)) return false;
    return this.data.copies === "all" || (this.data.copies === "own" && Number(node.dataset.author) === Number(this.data.user));
  }

  get chosen() { return this.all.filter(({ dataset: { number } }) => Number(number) >= this.first && Number(number) <= this.last); }

  // Begin: at a message, or where the reader says next.
  start(node = null, anchor = document.activeElement) {
    Object.assign(this, { on: true, anchor, first: 0, last: 0 });
    this.data.stretching = "1";
    this.bar.hidden = false;
    if (node) this.begins(node);
    else this.show();
    this.bar.querySelector(node ? "[data-stretch=more]" : "[data-stretch=cancel]").focus();
  }

  begins(node) {
    const number = Number(node.dataset.number);
    this.first = number;
    if (this.last < number) this.last = number;
    this.show();
  }

  ends(node) {
    const number = Number(node.dataset.number);
    this.last = number;
    if (!this.first || this.first > number) this.first = number;
    this.show();
  }

  tapped(event) {
    const node = this.on && event.target.closest(".msg");
    if (!node || event.target.closest("a, button, summary") || getSelection().toString()) return;
    event.stopPropagation();
    if (!this.takes(node)) return;
    if (!this.first || Number(node.dataset.number) < this.first) this.begins(node);
    else this.ends(node);
  }

  // One message more or less at the end.
  step(by) {
    const next = this.next(by);
    if (!next) return;
    this.last = Number(next.dataset.number);
    this.show();
    next.scrollIntoView({ block: "nearest" });
  }

  // The message that would be the last one then; none where the log ends, and the first stays.
  next(by) {
    const { all, chosen } = this;
    return by < 0 && chosen.length < 2 ? undefined : all[all.indexOf(chosen.at(-1)) + by];
  }

  // What the bar says, and which messages are marked: also after one has come, or was deleted.
  show() {
    if (!this.on) return;
    const chosen = new Set(this.chosen);
    for (const node of this.log.box.querySelectorAll(".msg")) node.classList.toggle("is-chosen", chosen.has(node));
    const [first, last] = [[...chosen][0], [...chosen].at(-1)];
    const tooMany = chosen.size > MOST;
    if (!first) this.says.textContent = this.words.stretchBegin;
    else if (tooMany) this.says.textContent = this.words.stretchMany;
    else {
      const isLong = this.day(first) !== this.day(last);
      this.says.textContent = this.words.stretchChosen.replace("COUNT", chosen.size).replace("FIRST", this.name(first, isLong)).replace("LAST", this.name(last, isLong));
    }
    for (const [which, by] of [["less", -1], ["more", 1]]) {
      const button = this.bar.querySelector(`[data-stretch=${which}]`);
      button.hidden = !first;
      button.ariaDisabled = first && !this.next(by) ? "true" : null;
    }
    this.make.hidden = !first;
    this.make.ariaDisabled = tooMany ? "true" : null;
    this.make.href = `${this.data.base}thread/?first=${this.first}&last=${this.last}`;
  }

  day(node) { return this.days.format(new Date(node.querySelector("time").dateTime)); }

  // Who said it and when; with the day where the stretch has more than one. A name runs its own way (U+2068 to U+2069).
  name(node, withDay) {
    const clock = node.querySelector("time").textContent;
    return `\u2068${node.querySelector(".msg__author").textContent}\u2069 ${withDay ? `${this.day(node)}, ` : ""}${clock}`;
  }

  stop() {
    if (!this.on) return;
    this.on = false;
    delete this.data.stretching;
    this.bar.hidden = true;
    for (const node of this.log.box.querySelectorAll(".is-chosen")) node.classList.remove("is-chosen");
    if (this.anchor?.isConnected && this.anchor.checkVisibility()) this.anchor.focus();
  }
}
