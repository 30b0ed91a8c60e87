// Where one writes: Enter sends, Shift and Enter begin a line, the up arrow changes one's last message, Escape lets go.

import * as kept from "../kept.js";
import { names } from "../names.js";
import { carrying } from "./carrying.js";
import { bytes } from "./outbox.js";

const BODY_MAX = 16 * 1024; // bytes, as the server counts them

export class Composer {
  constructor({ form, words, on }) {
    Object.assign(this, { form, words, on });
    this.carrier = carrying({ form, changed: () => this.filesChanged() });
    this.text = form.elements.body;
    this.context = document.getElementById("context");
    this.replying = form.elements.reply_to?.value ? Number(form.elements.reply_to.value) : null;
    this.editing = null;
    this.typed = 0;
    names(form, this.text); // first, so that Enter takes a name that is offered
    this.text.addEventListener("input", () => { this.complain(false); this.grow(); this.keepDraft(); this.tellTyping(); });
    this.text.addEventListener("keydown", (event) => this.key(event));
    form.elements.as?.addEventListener("change", ({ target }) => target.removeAttribute("aria-invalid"));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    document.getElementById("uncontext").addEventListener("click", (event) => { event.preventDefault(); this.release(); });
    this.place = `message:${location.pathname}`;
    this.error = document.getElementById("too-long");
    this.text.value ||= kept.read(this.place) ?? "";
    this.grow();
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      // On a touch keyboard Enter begins a line; the button sends.
      if (matchMedia("(pointer: coarse)").matches && !event.ctrlKey) return;
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.text.value && !this.editing) {
      event.preventDefault();
      this.on.editLast();
    } else if (event.key === "Escape" && (this.editing || this.replying)) {
      event.stopPropagation();
      this.release();
    }
  }

  send() {
    const body = this.text.value.trim();
    const files = this.editing ? [] : this.files?.ready ?? [];
    if (!body && !files.length && !this.files?.isBusy) { this.text.focus(); return; }
    const as = this.form.elements.as;
    if (as && !as.value && !this.editing) { as.focus(); as.setAttribute("aria-invalid", "true"); return; }
    this.complain(bytes(body) > BODY_MAX);
    if (!this.error.hidden) { this.text.focus(); return; }
    if (this.editing) { if (!body) return; this.on.edit({ ...this.editing, body }); }
    else {
      // Files that are still on their way are waited for; pressing again does not send twice.
      this.waits = Boolean(this.files?.isBusy);
      if (this.waits) { this.tell(this.files.words.wait); return; }
      this.on.send({ body, reply_to: this.replying, as: as?.value ? Number(as.value) : null, ...(files.length ? { attachments: files.map(({ id }) => id) } : {}) }, files);
      this.files?.clear();
      this.text.value = "";
    }
    this.release();
  }

  get files() { return this.carrier.files; }

  // A message that waited for its files goes when all are there.
  filesChanged() {
    if (!this.waits || this.files.isBusy) return;
    this.waits = false;
    this.context.hidden = !this.replying;
    if (this.files.ready.length && this.files.ready.length === this.files.items.length) this.send();
  }

  // What is too long stays in the field, with the reason beside it.
  complain(isTooLong) {
    this.error.hidden = !isTooLong;
    if (isTooLong) this.text.setAttribute("aria-invalid", "true");
    else this.text.removeAttribute("aria-invalid");
  }

  reply(id, name) {
    this.release();
    this.replying = id;
    this.tell(this.words.replying.replace("NAME", name));
    this.text.focus();
  }

  edit(id, base, body, notice) {
    if (!this.editing) this.before = this.text.value;
    this.replying = null;
    this.waits = false; // what waited for its files stands in the field again afterwards
    this.editing = { id, base };
    this.text.value = body;
    this.tell(notice ?? this.words.editing);
    this.grow();
    this.text.focus();
    this.text.setSelectionRange(body.length, body.length);
  }

  tell(words) {
    this.context.hidden = false;
    this.context.firstElementChild.textContent = words;
  }

  release() {
    if (this.editing) this.text.value = this.before ?? "";
    this.editing = null;
    this.replying = null;
    this.waits = false;
    this.before = "";
    this.context.hidden = true;
    this.grow();
    this.keepDraft();
  }

  // Words that were not taken stand in the field again, below what is being written.
  restore(body) {
    const below = (words) => [words, body].filter(Boolean).join("\n\n");
    if (this.editing) { this.before = below(this.before); return; }
    this.text.value = below(this.text.value);
    this.grow();
    this.keepDraft();
    this.text.focus();
  }

  keepDraft() {
    if (this.editing) return;
    if (this.text.value) kept.write(this.place, this.text.value);
    else kept.drop(this.place);
  }

  tellTyping() {
    if (!this.text.value || Date.now() - this.typed < 3000) return;
    this.typed = Date.now();
    this.on.typing();
  }

  grow() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${this.text.scrollHeight + 2}px`;
  }

  // The room is lost: what was half written goes with it.
  empty() {
    this.text.value = "";
    this.files?.clear();
    kept.drop(this.place);
  }

  close() {
    for (const part of this.form.elements) part.disabled = true;
  }
}
