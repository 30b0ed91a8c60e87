// Files go up in chunks and go on after a broken line. The form that is enhanced here works without this script too.
//
// The key of a file is kept for this tab, so that choosing the same file again after a reload goes on as well.

import { bytes } from "../bytes.js";
import { EmptyFolder } from "./empty.js";
import { chosen, dropped, picked } from "./folders.js";
import { Left } from "./left.js";
import { Refused, Stopped, Transfer, Unreadable, uuid } from "./transfer.js";
import { Unfinished } from "./unfinished.js";

const AT_ONCE = 2;
// What the server says of the file itself: sending it again as it is would not help.
const HOPELESS = new Set(["file_refused", "upload_refused", "bad_name", "malformed"]);
// The key is forgotten, or it is another file's: this one goes under a new key.
const KEY_SPENT = new Set(["upload_gone", "other_file"]);

const word = (name) => document.querySelector("[data-upload-words]").content.querySelector(`[data-word="${name}"]`).textContent;

class Upload {
  constructor(queue, file, path) {
    this.queue = queue;
    this.file = file;
    this.path = path;
    this.twin = "";
    this.said = { same: "ask" };
    this.document = queue.document;
    this.remembered = `upload ${location.pathname} ${[...path, file.name].join("/")} ${file.size} ${file.lastModified}`;
    this.key = queue.unfinished.keyOf(file) || sessionStorage.getItem(this.remembered) || uuid();
    this.row = document.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    this.part("name").textContent = [...path, file.name].join("/");
    this.part("size").textContent = bytes(file.size);
    this.bar = this.row.querySelector("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.part("retry").addEventListener("click", () => this.queue.add(this));
    this.part("keep").addEventListener("click", () => { this.twin = "keep"; delete this.said.same; this.queue.add(this); });
    this.part("share").addEventListener("click", () => { this.said.accepted = "1"; this.queue.add(this); });
    this.part("version").addEventListener("click", () => {
      // All of a file whose content is known has arrived: it is finished as a version, not announced anew.
      if (this.same.url) Object.assign(this.said, { version_of: this.same.id, base: this.same.number });
      else { this.document = this.same.id; this.base = this.same.number; }
      this.queue.add(this);
    });
    this.say("waiting");
  }

  part(name) { return this.row.querySelector(`[data-${name}]`); }
  say(name, text = word(name)) { this.part("text").textContent = text; }
  offer(...names) { for (const name of ["version", "keep", "share", "retry", "open", "cancel"]) this.part(name).hidden = !names.includes(name); }
  show(received) { this.bar.value = this.file.size ? (100 * received) / this.file.size : 0; }

  async run() {
    this.stop = new AbortController();
    this.row.classList.remove("is-failed");
    this.offer("cancel");
    this.say("sending");
    try {
      const { start, token, folder, capacity, note, original } = this.queue;
      this.transfer = new Transfer({
        start, token, file: this.file, key: this.key, finish: this.said,
        fields: { folder, document: this.document, base: this.base ?? this.queue.base, note, original, as: capacity, twin: this.twin, path: this.path },
        on: {
          state: (name) => this.say(name),
          progress: (received) => this.show(received),
          renewed: (key) => { this.key = key; sessionStorage.setItem(this.remembered, key); },
          known: () => sessionStorage.setItem(this.remembered, this.key),
        },
      });
      this.done(await this.transfer.run(this.stop.signal));
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  done(answer) {
    sessionStorage.removeItem(this.remembered);
    this.row.classList.add("is-done");
    this.url_of_document = answer.url;
    this.part("open").href = answer.url;
    this.offer("open");
    this.say(answer.held ? "held" : answer.macros ? "macros" : "done");
  }

  failed(error) {
    if (error instanceof Stopped) return;
    const code = error.answer?.error;
    if (code === "same_name") {
      this.same = error.answer.document;
      this.say("", error.message);
      this.offer("version", "keep", "cancel");
      return;
    }
    if (code === "same_content") {
      this.same = error.answer.document;
      this.part("open").href = this.same.url;
      this.say("", error.message);
      this.offer("version", "keep", "open", "cancel");
      return;
    }
    if (code === "says_who") {
      this.say("", error.message);
      this.offer("share", "cancel");
      return;
    }
    // A document that takes no version of it now is not insisted on: trying again asks anew what is to become of the file.
    if (code === "page" || code === "held") delete this.said.version_of;
    this.row.classList.add("is-failed");
    if (error instanceof Refused) this.say(error.status === 404 || error.status === 403 ? "gone" : error.status === 413 ? "large" : "failed", error.message || undefined);
    else this.say(error instanceof Unreadable ? "empty" : "failed");
    const hopeless = error instanceof Unreadable || error.status === 413 || HOPELESS.has(code);
    if (hopeless) this.transfer.forget();
    if (hopeless || KEY_SPENT.has(code)) {
      sessionStorage.removeItem(this.remembered);
      this.key = uuid();
    }
    // Whatever else it was, the server keeps what has arrived, and trying again goes on from there.
    this.offer(...(hopeless ? ["cancel"] : ["retry", "cancel"]));
  }

  async cancel() {
    this.stop?.abort();
    sessionStorage.removeItem(this.remembered);
    const { start, token } = this.queue;
    const forgotten = (this.transfer ?? new Transfer({ start, token, key: this.key })).forget();
    if (this.transfer?.received === this.file.size) {
      // All of it is there, so it may be a document by now.
      this.offer();
      const answer = await forgotten;
      if (answer.done) {
        this.done(answer);
        this.queue.settled();
        return;
      }
    }
    this.queue.drop(this);
  }
}

class Queue {
  constructor(form) {
    this.form = form;
    this.start = form.dataset.start;
    this.folder = form.dataset.folder || null;
    this.document = form.dataset.document || null;
    this.list = document.querySelector("[data-uploads]");
    this.status = document.querySelector("[data-upload-status]");
    this.input = form.querySelector("input[type=file]");
    this.uploads = [];
    this.waiting = [];
    this.running = 0;
    // The page's own check comes first: the form cannot be sent without a script any more.
    form.querySelector(".no-script")?.remove();
    document.getElementById(`${this.input.id}_helptext`)?.remove();
    this.input.removeAttribute("aria-describedby");
    if (!this.document) form.querySelector(".form__actions").hidden = true;
    this.input.addEventListener("change", () => { if (!this.document) this.take(chosen(this.input.files)); });
    this.unfinished = new Unfinished({
      queue: this, word, row: () => document.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true),
      forget: (key) => new Transfer({ start: this.start, token: this.token, key }).forget(),
    });
    this.unfinished.show();
    const whole = form.querySelector("[data-whole-folder]");
    whole?.addEventListener("click", async () => {
      const found = await picked();
      if (found?.length) this.take(found);
      if (found) return;
      const folder = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
      folder.addEventListener("change", () => this.take(chosen(folder.files)));
      folder.click();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (this.input.files.length) this.take(chosen(this.input.files));
    }, true);
    for (const name of ["dragenter", "dragover"]) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("is-over"); });
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, (event) => { if (name === "drop" || !form.contains(event.relatedTarget)) form.classList.remove("is-over"); });
    form.addEventListener("drop", async (event) => {
      event.preventDefault();
      const files = await dropped(event.dataTransfer);
      this.take(this.document ? files.filter(({ file, trouble }) => file || trouble).slice(0, 1) : files);
    });
    // A file dropped beside the box would otherwise replace the page.
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
    addEventListener("beforeunload", (event) => { if (this.running) event.preventDefault(); });
  }

  get token() { return this.form.elements.csrfmiddlewaretoken.value; }
  get capacity() { return this.form.elements.as?.value || null; }
  get note() { return this.form.elements.note?.value || ""; }
  get original() { return this.form.elements.original?.value || ""; }
  get base() { return Number(this.form.elements.base?.value) || null; }

  take(files) {
    if (this.form.elements.as && !this.capacity) {
      this.form.elements.as.setCustomValidity(word("choose"));
      this.form.elements.as.reportValidity();
      this.form.elements.as.addEventListener("change", (event) => {
        event.target.setCustomValidity("");
        if (!this.document) this.take(files);
      }, { once: true });
      return;
    }
    for (const { file, path, trouble } of files) {
      const upload = trouble ? new Left({ queue: this, path, trouble, word }) : file ? new Upload(this, file, this.document ? [] : path) : new EmptyFolder({ queue: this, path, word });
      this.uploads.push(upload);
      this.list.append(upload.row);
      if (!trouble) this.add(upload);
    }
    this.list.hidden = !this.list.children.length;
    this.input.value = "";
  }

  add(upload) {
    upload.say("waiting");
    this.waiting.push(upload);
    this.next();
  }

  drop(upload) {
    this.uploads = this.uploads.filter((one) => one !== upload);
    this.waiting = this.waiting.filter((one) => one !== upload);
    upload.row.remove();
    this.list.hidden = !this.list.children.length;
    this.input.focus();
  }

  async next() {
    while (this.running < AT_ONCE && this.waiting.length) {
      const upload = this.waiting.shift();
      this.running += 1;
      upload.run().finally(() => { this.running -= 1; this.next(); this.settled(); });
    }
  }

  // When nothing is on its way any more: a version opens its document anew, new documents take their place in the list.
  async settled() {
    if (this.running) return;
    const done = this.uploads.filter((one) => one.url_of_document);
    if (!done.length) return;
    if (done.length === this.uploads.length) this.status.textContent = word("sent");
    if (this.document) { location.assign(done[0].url_of_document); return; }
    const files = document.querySelector("[data-files]");
    if (!files) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-files]");
      if (answer.ok && now) files.replaceWith(now);
    } catch { /* the rows say that the files are here; the list shows them after a reload */ }
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Queue(form);
