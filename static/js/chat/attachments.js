// Documents that go with the next message: files sent up to the library, or documents that are there already. Loaded by
// `carrying.js` when it is first needed.

import { bytes } from "../bytes.js";
import { Refused, Stopped, Transfer, Unreadable, uuid } from "../documents/transfer.js";

const MOST = 10;
const AT_ONCE = 2;

export class Attachments {
  // `changed` is called whenever something was added, has arrived or went.
  constructor({ form, changed }) {
    Object.assign(this, { form, changed });
    this.menu = document.getElementById("attach");
    this.list = document.getElementById("attached");
    this.input = document.getElementById("attach-files");
    this.template = document.getElementById("chip-template").content.firstElementChild;
    this.words = document.getElementById("attach-words").dataset;
    this.items = [...this.list.children].map((row) => this.adopt(row));
    this.menu.querySelector("[data-upload-files]").addEventListener("click", () => { this.input.click(); this.menu.open = false; });
    this.menu.addEventListener("click", (event) => {
      const link = event.target.closest("[data-attach]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.menu.open = false;
      this.add({ id: Number(link.dataset.attach), name: link.textContent.trim() });
    });
    addEventListener("beforeunload", (event) => { if (this.isBusy) event.preventDefault(); });
  }

  // Those that can go with a message now.
  get ready() { return this.items.filter((item) => item.id).map(({ id, name }) => ({ id, name })); }

  get isBusy() { return this.items.some((item) => !item.id && !item.failed); }

  get isEmpty() { return !this.items.length; }

  adopt(row) {
    const item = { row, id: Number(row.querySelector("[name=attach]").value), name: row.querySelector("[data-name]").textContent };
    this.removable(item);
    return item;
  }

  row(name) {
    const row = this.template.cloneNode(true);
    row.querySelector("[data-name]").textContent = name;
    row.querySelector("progress").setAttribute("aria-label", name);
    row.querySelector("[data-remove] span").append(` ${name}`);
    this.list.append(row);
    this.list.hidden = false;
    return row;
  }

  removable(item) {
    item.row.querySelector("[data-remove]").addEventListener("click", (event) => { event.preventDefault(); this.remove(item); this.form.elements.body.focus(); });
  }

  isFull() {
    if (this.items.length < MOST) return false;
    const last = this.items.at(-1);
    this.say(last, this.words.many);
    return true;
  }

  add({ id, name }) {
    if (this.items.some((item) => item.id === id) || this.isFull()) return;
    const item = { id, name, row: this.row(name) };
    item.row.querySelector("progress").remove();
    this.items.push(item);
    this.removable(item);
    this.form.elements.body.focus();
    this.changed();
  }

  // Send files up: two at a time, the others wait.
  take(files) {
    const as = this.form.elements.as;
    if (as && !as.value) { as.focus(); as.setAttribute("aria-invalid", "true"); return; }
    for (const file of [...files]) {
      if (this.isFull()) return;
      const item = { file, name: file.name, key: uuid(), row: this.row(file.name) };
      this.items.push(item);
      this.removable(item);
      item.row.querySelector("[data-retry]").addEventListener("click", () => this.wait(item));
      this.wait(item);
    }
    this.changed();
  }

  wait(item) {
    item.failed = false;
    item.row.classList.remove("is-failed");
    item.row.querySelector("[data-retry]").hidden = true;
    item.waits = true;
    this.say(item, this.words.waiting);
    this.next();
  }

  next() {
    const under = this.items.filter((item) => item.stop).length;
    for (const item of this.items.filter((one) => one.waits).slice(0, AT_ONCE - under)) this.send(item);
  }

  async send(item) {
    item.waits = false;
    item.stop = new AbortController();
    const { as, csrfmiddlewaretoken } = this.form.elements;
    const folder = this.menu.querySelector("[data-place]").value || null;
    const bar = item.row.querySelector("progress");
    item.transfer = new Transfer({
      start: this.menu.dataset.start, token: csrfmiddlewaretoken.value, file: item.file, key: item.key, finish: item.accepted ? { accepted: "1" } : {},
      fields: { folder, from_chat: !folder, as: as?.value || null, twin: "keep" },
      on: {
        state: (name) => this.say(item, this.words[name]),
        progress: (received) => { bar.value = item.file.size ? (100 * received) / item.file.size : 0; },
      },
    });
    this.say(item, this.words.sending);
    try {
      const answer = await item.transfer.run(item.stop.signal);
      item.id = answer.id;
      item.name = answer.title;
      item.row.querySelector("[data-name]").textContent = answer.title;
      bar.remove();
      this.say(item, bytes(answer.size));
    } catch (error) {
      if (!(error instanceof Stopped)) this.fail(item, error);
    }
    item.stop = null;
    this.next();
    this.changed();
  }

  fail(item, error) {
    item.failed = true;
    item.row.classList.add("is-failed");
    const name = error instanceof Unreadable ? "empty" : error.status === 413 ? "large" : error.status === 404 || error.status === 403 ? "gone" : "failed";
    this.say(item, (error instanceof Refused && error.message) || this.words[name]);
    // Of a file that names people its sender is told; trying again shares it so.
    item.accepted = error.answer?.error === "says_who";
    const retry = item.row.querySelector("[data-retry]");
    if (item.accepted) retry.textContent = this.words.share;
    retry.hidden = !item.accepted && (error instanceof Refused || error instanceof Unreadable);
  }

  say(item, text) { item.row.querySelector("[data-state]")?.replaceChildren(text ?? ""); }

  // Take one out again; of one that is on its way nothing stays on the server.
  remove(item) {
    item.stop?.abort();
    if (!item.id) item.transfer?.forget();
    item.row.remove();
    this.items = this.items.filter((one) => one !== item);
    this.list.hidden = this.isEmpty;
    this.next();
    this.changed();
  }

  // They have gone with a message, or the room is lost.
  clear() { for (const item of [...this.items]) { item.row.remove(); } this.items = []; this.list.hidden = true; }
}
