// One file on its way into a library: announced (POST, JSON), sent in chunks (PUT ?offset=), and finished (POST). After an error
// the server is asked how much has arrived, and sending goes on from there.

const LEAST = 128 * 1024;
const MOST = 4 * 1024 * 1024;
const ATTEMPTS = 8;
const PATIENCE = 30000;
const PIECE = 4 * 1024 * 1024;

const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(done, ms);
  function done() { clearTimeout(timer); removeEventListener("online", done); signal.removeEventListener("abort", stop); resolve(); }
  function stop() { done(); reject(new Stopped()); }
  addEventListener("online", done);
  signal.addEventListener("abort", stop);
});
export class Stopped extends Error {}
// It was moved or changed since it was chosen, or it is a folder.
export class Unreadable extends Error {}
// What the server refused, in its own words.
export class Refused extends Error {
  constructor(answer, status) { super(answer.message || ""); this.answer = answer; this.status = status; }
}

// XMLHttpRequest, because fetch does not tell how much of a body has gone.
export function ask(method, url, { token, body, json, signal, sent = () => {} }) {
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

export class Transfer {
  // `fields` is what is announced beside the file; `finish`, what its sender said where they were asked; `on` is told of its state (a word's name), of what has arrived, of being known.
  constructor({ start, token, file, key, fields, on, finish = {} }) {
    Object.assign(this, { start, token, file, key, fields, on, finish });
    this.received = 0;
  }

  get url() { return `${this.start}${this.key}/`; }

  // Try, and after a broken line try again, each time a little later, for as long as the browser says it is offline.
  async run(signal) {
    this.signal = signal;
    for (let attempt = 0; ; attempt += 1) {
      const before = this.received;
      try {
        return await this.send();
      } catch (error) {
        if ([Refused, Stopped, Unreadable].some((kind) => error instanceof kind)) throw error;
        if (this.received > before) attempt = 0;
        if (attempt >= ATTEMPTS && navigator.onLine) throw error;
        this.on.state("offline");
        await pause(Math.random() * Math.min(1000 * 2 ** attempt, PATIENCE) + 200, signal);
      }
    }
  }

  async send() {
    const { token, signal } = this;
    const json = { key: this.key, name: this.file.name, size: this.file.size, ...this.fields };
    let answer = await ask("POST", this.start, { token, json, signal });
    this.on.known?.();
    // What arrived before this page was opened may be of a file that was changed since: then it is sent from its beginning.
    if (!answer.done && answer.received && !this.received && !(await this.isSame())) {
      await this.forget();
      this.key = uuid();
      this.on.renewed?.(this.key);
      return this.send();
    }
    let chunk = 4 * LEAST;
    while (!answer.done && answer.received < this.file.size) {
      this.received = answer.received;
      this.on.progress(this.received);
      this.on.state("sending");
      const body = await this.read(this.received, this.received + chunk);
      const began = performance.now();
      try {
        answer = await ask("PUT", `${this.url}?offset=${this.received}`, { token, body, signal, sent: (count) => this.on.progress(this.received + count) });
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
    this.on.progress(this.received);
    this.on.state("checking");
    return ask("POST", `${this.url}finish/?${new URLSearchParams(this.finish)}`, { token, signal });
  }

  // Whether what has arrived is how this file begins. Hashes are there on secure origins only; elsewhere name and size must do.
  async isSame() {
    if (!crypto.subtle) return true;
    this.on.state("checking");
    const { received, pieces } = await ask("GET", `${this.url}?pieces=1`, { token: this.token, signal: this.signal });
    for (const [number, known] of pieces.entries()) {
      const part = await this.read(number * PIECE, Math.min((number + 1) * PIECE, received));
      const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", part))];
      if (digest.map((byte) => byte.toString(16).padStart(2, "0")).join("") !== known) return false;
    }
    return true;
  }

  // Read here, and not by the request, which would call a file that cannot be read a broken line.
  async read(from, to) {
    try { return await this.file.slice(from, to).arrayBuffer(); } catch { throw new Unreadable(); }
  }

  // Tell the server that nobody goes on with it; the answer says whether it had become a document before.
  forget() { return ask("DELETE", this.url, { token: this.token }).catch(() => ({})); }
}

// crypto.randomUUID is there on secure origins only; getRandomValues is everywhere.
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const random = crypto.getRandomValues(new Uint8Array(16));
  random[6] = (random[6] & 15) | 64;
  random[8] = (random[8] & 63) | 128;
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
