// Files go up in chunks and go on after a broken line. The form that is enhanced here works without this script too.
//
// A file is announced (POST, JSON), sent in chunks (PUT ?offset=), and finished (POST). After an error the server is asked
// how much has arrived, and sending goes on from there; the key of a file is kept for this tab, so that choosing the same
// file again after a reload goes on as well.

const AT_ONCE = 2;
const LEAST = 128 * 1024;
const MOST = 4 * 1024 * 1024;
const ATTEMPTS = 8;
const PATIENCE = 30000;
// What the server says of the file itself: sending it again as it is would not help.
const HOPELESS = new Set(["file_refused", "upload_refused", "bad_name", "malformed"]);
// The key is forgotten, or it is another file's: this one goes under a new key.
const KEY_SPENT = new Set(["upload_gone", "other_file"]);

const word = (name) => document.querySelector("[data-upload-words]").content.querySelector(`[data-word="${name}"]`).textContent;
const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(done, ms);
  function done() { clearTimeout(timer); removeEventListener("online", done); signal.removeEventListener("abort", stop); resolve(); }
  function stop() { done(); reject(new Stopped()); }
  addEventListener("online", done);
  signal.addEventListener("abort", stop);
});
const bytes = (size) => {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(Math.floor(Math.log(Math.max(size, 1)) / Math.log(1000)), 3);
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 }).format(size / 1000 ** step);
};

class Stopped extends Error {}
// It was moved or changed since it was chosen, or it is a folder.
class Unreadable extends Error {}
// What the server refused, in its own words.
class Refused extends Error {
  constructor(answer, status) { super(answer.message || ""); this.answer = answer; this.status = status; }
}

// XMLHttpRequest, because fetch does not tell how much of a body has gone.
function ask(method, url, { token, body, json, signal, sent = () => {} }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Stopped());
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.timeout = 10 * 60 * 1000;
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("Accept", "application/json");
    if (json) request.setRequestHeader("Content-Type", "application/json");
    else if (body) request.setRequestHeader("Content-Type", "application/octet-stream");
    const stop = () => request.abort();
    signal?.addEventListener("abort", stop, { once: true });
    request.upload.onprogress = (event) => sent(event.loaded);
    request.onabort = () => reject(new Stopped());
    request.onerror = request.ontimeout = () => reject(new Error("network"));
    request.onload = () => {
      signal?.removeEventListener("abort", stop);
      let answer = {};
      try { answer = JSON.parse(request.responseText || "{}"); } catch { /* a page, not an answer */ }
      const { status } = request;
      if (status < 300) resolve(answer);
      else if (status === 408 || status === 429 || (status >= 500 && status !== 507) || answer.error === "busy") reject(new Error("busy"));
      else reject(new Refused(answer, status));
    };
    request.send(json ? JSON.stringify(json) : body);
  });
}

class Upload {
  constructor(queue, file) {
    this.queue = queue;
    this.file = file;
    this.twin = "";
    this.document = queue.document;
    this.remembered = `upload ${location.pathname} ${file.name} ${file.size} ${file.lastModified}`;
    this.key = sessionStorage.getItem(this.remembered) || uuid();
    this.row = document.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    this.part("name").textContent = file.name;
    this.part("size").textContent = bytes(file.size);
    this.bar = this.row.querySelector("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.part("retry").addEventListener("click", () => this.queue.add(this));
    this.part("keep").addEventListener("click", () => { this.twin = "keep"; this.queue.add(this); });
    this.part("version").addEventListener("click", () => { this.document = this.same.id; this.base = this.same.number; this.queue.add(this); });
    this.say("waiting");
  }

  part(name) { return this.row.querySelector(`[data-${name}]`); }
  say(name, text = word(name)) { this.part("text").textContent = text; }
  offer(...names) { for (const name of ["version", "keep", "retry", "open", "cancel"]) this.part(name).hidden = !names.includes(name); }
  show(received) { this.bar.value = this.file.size ? (100 * received) / this.file.size : 0; }
  get url() { return `${this.queue.start}${this.key}/`; }

  async run() {
    this.stop = new AbortController();
    this.row.classList.remove("is-failed");
    this.offer("cancel");
    this.say("sending");
    try {
      this.done(await this.patiently());
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  // Try, and after a broken line try again, each time a little later, for as long as the browser says it is offline.
  async patiently() {
    for (let attempt = 0; ; attempt += 1) {
      const before = this.received;
      try {
        return await this.send();
      } catch (error) {
        if ([Refused, Stopped, Unreadable].some((kind) => error instanceof kind)) throw error;
        if (this.received > before) attempt = 0;
        if (attempt >= ATTEMPTS && navigator.onLine) throw error;
        this.say("offline");
        await pause(Math.random() * Math.min(1000 * 2 ** attempt, PATIENCE) + 200, this.stop.signal);
      }
    }
  }

  async send() {
    const { token, capacity, note } = this.queue;
    const { signal } = this.stop;
    const json = { key: this.key, name: this.file.name, size: this.file.size, folder: this.queue.folder, document: this.document, base: this.base ?? this.queue.base, note, as: capacity, twin: this.twin };
    let answer = await ask("POST", this.queue.start, { token, json, signal });
    sessionStorage.setItem(this.remembered, this.key);
    let chunk = 4 * LEAST;
    while (!answer.done && answer.received < this.file.size) {
      this.received = answer.received;
      this.show(this.received);
      this.say("sending");
      const body = await this.read(this.received, this.received + chunk);
      const began = performance.now();
      try {
        answer = await ask("PUT", `${this.url}?offset=${this.received}`, { token, body, signal, sent: (count) => this.show(this.received + count) });
      } catch (error) {
        // Another tab or an earlier attempt was further: go on from where the server is.
        if (!(error instanceof Refused) || error.answer.received === undefined) throw error;
        answer = { received: error.answer.received };
        continue;
      }
      // Small chunks on a poor line lose little when it breaks; large ones are quicker on a good one.
      const took = performance.now() - began;
      if (took < 1500) chunk = Math.min(chunk * 2, MOST);
      else if (took > 6000) chunk = Math.max(chunk / 2, LEAST);
    }
    if (answer.done) return answer;
    this.received = this.file.size;
    this.show(this.received);
    this.say("checking");
    return ask("POST", `${this.url}finish/`, { token, signal });
  }

  // Read here, and not by the request, which would call a file that cannot be read a broken line.
  async read(from, to) {
    try { return await this.file.slice(from, to).arrayBuffer(); } catch { throw new Unreadable(); }
  }

  done(answer) {
    sessionStorage.removeItem(this.remembered);
    this.row.classList.add("is-done");
    this.url_of_document = answer.url;
    this.part("open").href = answer.url;
    this.offer("open");
    this.say("done");
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
    this.row.classList.add("is-failed");
    if (error instanceof Refused) this.say(error.status === 404 || error.status === 403 ? "gone" : error.status === 413 ? "large" : "failed", error.message || undefined);
    else this.say(error instanceof Unreadable ? "empty" : "failed");
    const hopeless = error instanceof Unreadable || error.status === 413 || HOPELESS.has(code);
    if (hopeless) this.forget();
    if (hopeless || KEY_SPENT.has(code)) {
      sessionStorage.removeItem(this.remembered);
      this.key = uuid();
    }
    // Whatever else it was, the server keeps what has arrived, and trying again goes on from there.
    this.offer(...(hopeless ? ["cancel"] : ["retry", "cancel"]));
  }

  // Tell the server that nobody goes on with it; the answer says whether it had become a document before.
  forget() { return ask("DELETE", this.url, { token: this.queue.token }).catch(() => ({})); }

  async cancel() {
    this.stop?.abort();
    sessionStorage.removeItem(this.remembered);
    const forgotten = this.forget();
    if (this.received === this.file.size) {
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

// crypto.randomUUID is there on secure origins only; getRandomValues is everywhere.
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const random = crypto.getRandomValues(new Uint8Array(16));
  random[6] = (random[6] & 15) | 64;
  random[8] = (random[8] & 63) | 128;
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
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
    this.input.addEventListener("change", () => { if (!this.document) this.take(this.input.files); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (this.input.files.length) this.take(this.input.files);
    }, true);
    for (const name of ["dragenter", "dragover"]) form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("is-over"); });
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, (event) => { if (name === "drop" || !form.contains(event.relatedTarget)) form.classList.remove("is-over"); });
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = [...event.dataTransfer.files];
      this.take(this.document ? files.slice(0, 1) : files);
    });
    // A file dropped beside the box would otherwise replace the page.
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
    addEventListener("beforeunload", (event) => { if (this.running) event.preventDefault(); });
  }

  get token() { return this.form.elements.csrfmiddlewaretoken.value; }
  get capacity() { return this.form.elements.as?.value || null; }
  get note() { return this.form.elements.note?.value || ""; }
  get base() { return Number(this.form.elements.base?.value) || null; }

  take(files) {
    if (this.form.elements.as && !this.capacity) {
      this.form.elements.as.setCustomValidity(word("choose"));
      this.form.elements.as.reportValidity();
      this.form.elements.as.addEventListener("change", (event) => {
        event.target.setCustomValidity("");
        if (this.input.files.length && !this.document) this.take(this.input.files);
      }, { once: true });
      return;
    }
    this.list.hidden = false;
    for (const file of [...files]) {
      const upload = new Upload(this, file);
      this.uploads.push(upload);
      this.list.append(upload.row);
      this.add(upload);
    }
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
    this.list.hidden = !this.uploads.length;
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
