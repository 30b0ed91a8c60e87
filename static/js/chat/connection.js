// One room's way to the server: a WebSocket that comes back by itself, and HTTP every few seconds where sockets are blocked.
// It keeps the place in the log: every event is handed on exactly once and in order, whatever is lost, doubled or late.

const BASE = 1000;
const CAP = 60000;
const QUIET = 1.2; // heartbeats without a frame, after which the server is asked whether it is still there
const HELLO = 10000; // time for an answer, after which the connection is taken for dead
const OFFLINE = 3000; // the same where the browser says that there is no network
const POLL = 4000;
const FAILURES = 3; // handshakes that failed before HTTP steps in

export class Connection {
  constructor({ room, base, head, epoch, token, on }) {
    Object.assign(this, { room, base, epoch, token, on, last: head });
    this.failures = 0;
    this.attempt = 0;
    this.heartbeat = 25000;
    this.ended = false;
  }

  start() {
    this.open();
    for (const name of ["online", "pageshow", "focus"]) addEventListener(name, () => this.wake());
    // The browser knows of no network; a server on this machine answers all the same.
    addEventListener("offline", () => { if (this.joined) this.probe(OFFLINE); else this.state(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
  }

  get live() { return this.joined; }

  get ready() { return this.joined || this.polling; }

  // --- The socket ---------------------------------------------------------------------------------------------------

  open() {
    if (this.ended || this.socket) return;
    clearTimeout(this.again);
    this.again = 0;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
    this.socket = socket;
    this.greeted = false;
    this.joined = false;
    this.watch(HELLO);
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.receive(JSON.parse(data)); };
    socket.onclose = ({ code }) => { if (socket === this.socket) this.lost(code); };
  }

  watch(milliseconds, then = () => this.drop()) {
    clearTimeout(this.silence);
    this.silence = setTimeout(then, milliseconds);
  }

  // Joining again changes nothing, and is answered at once by a server that is there.
  probe(patience = HELLO) {
    this.watch(patience);
    this.join();
  }

  // Give a connection up that says nothing any more, without waiting for the network to notice.
  drop() {
    const socket = this.socket;
    if (!socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.lost(1006);
  }

  lost(code) {
    clearTimeout(this.silence);
    this.failures = this.greeted ? 0 : this.failures + 1;
    this.socket = null;
    this.joined = this.joining = false;
    if (code === 4401) return this.end("signed-out");
    const most = Math.min(CAP, BASE * 2 ** this.attempt);
    const wait = this.restart ?? Math.random() * most;
    this.attempt += 1;
    this.restart = undefined;
    this.again = setTimeout(() => this.open(), wait);
    if (this.failures >= FAILURES) this.poll();
    this.state();
  }

  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  join() { this.joining = this.send({ type: "join", room: this.room, since: this.last, epoch: this.epoch }); }

  receive(frame) {
    this.watch(this.heartbeat * QUIET, () => this.probe());
    switch (frame.type) {
      case "hello":
        this.greeted = true;
        this.failures = 0;
        this.heartbeat = frame.heartbeat * 1000;
        this.on.hello(frame);
        this.join();
        break;
      case "joined":
        if (frame.room !== this.room) break;
        this.attempt = 0;
        this.joined = true;
        this.joining = false;
        this.skipTo(frame);
        this.stopPolling();
        this.state();
        this.on.joined();
        this.on.ready();
        break;
      case "events":
        if (frame.room === this.room && !this.take(frame.events)) this.join();
        break;
      case "heads":
        if (frame.rooms[this.room] > this.last) this.join();
        break;
      case "reset":
        if (frame.room === this.room) this.reset();
        break;
      case "closed":
        if (frame.room === this.room) this.end("removed");
        break;
      case "restart":
        this.restart = frame.retry_after * 1000;
        this.on.net("restart");
        break;
      case "error":
        if (frame.key) this.on.error(frame);
        else if (this.joining) this.refused(frame);
        break;
      default:
        this.on[frame.type]?.(frame);
    }
  }

  // The room was asked for and is not to be had: for good, or for now.
  refused(frame) {
    this.joining = false;
    if (frame.code === "not_found") this.end("removed");
    else setTimeout(() => { if (this.socket && !this.joining) this.join(); }, (frame.retry_after ?? 5) * 1000);
  }

  // Below the floor there is nothing to wait for.
  skipTo({ floor, head }) { this.last = Math.max(this.last, Math.min(floor - 1, head)); }

  // Hand on what is new and next; false when something between is missing.
  take(events) {
    const fresh = [];
    for (const event of events) {
      if (event.seq <= this.last) continue;
      if (event.seq > this.last + 1) { this.on.events(fresh); return false; }
      this.last = event.seq;
      fresh.push(event);
    }
    this.on.events(fresh);
    return true;
  }

  // --- After sleep, on another network, when the tab comes to the front -----------------------------------------------

  wake() {
    if (this.ended) return;
    if (this.again) { clearTimeout(this.again); this.attempt = 0; this.open(); }
    else if (this.joined) this.probe();
    this.state();
  }

  state() {
    if (this.ended) return;
    if (this.joined) this.on.net("");
    else if (!navigator.onLine) this.on.net("offline");
    else if (this.polling) this.on.net("polling");
    else this.on.net("connecting");
  }

  end(why) {
    this.ended = true;
    clearTimeout(this.again);
    clearTimeout(this.silence);
    this.stopPolling();
    const socket = this.socket;
    this.socket = null;
    this.joined = false;
    socket?.close();
    this.on.end(why);
  }

  // --- The same by HTTP ------------------------------------------------------------------------------------------------

  async ask(path, { method = "GET", body } = {}) {
    const answer = await fetch(this.base + path, {
      method,
      headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json", "X-CSRFToken": this.token } : {}) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(15000),
    });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
      const data = await answer.json();
      if (answer.status === 401) this.end("signed-out");
      return data;
    }
    // A page of whoever stands between, or of the site's own limits: what is wrong with the request stays wrong.
    if (answer.status < 400 || answer.status >= 500 || answer.status === 429) throw new Error(`answered ${answer.status}`);
    return { type: "error", code: answer.status === 413 ? "too_long" : "other" };
  }

  poll() {
    if (this.polling || this.ended) return;
    this.polling = true;
    const round = async () => {
      let wait = document.hidden ? POLL * 5 : POLL;
      try {
        await this.fetchNew();
        this.on.ready();
      } catch { wait *= 2; }
      if (this.polling) this.timer = setTimeout(round, wait * (0.8 + 0.4 * Math.random()));
    };
    round();
  }

  stopPolling() {
    this.polling = false;
    clearTimeout(this.timer);
  }

  async fetchNew() {
    for (let more = true; more && !this.ended;) {
      const page = await this.ask(`events?since=${this.last}&limit=200`);
      if (page.type === "error") { if (page.code === "not_found") this.end("removed"); return; }
      if (page.epoch !== this.epoch || page.head < this.last || page.head - this.last > 1000) return this.reset();
      this.skipTo(page);
      this.take(page.events);
      more = page.more;
    }
  }

  // Another history, or too far behind: the newest page is loaded anew, and the log goes on from its head.
  async reset() {
    this.joined = this.joining = false;
    this.state();
    let page;
    try { page = await this.ask("events?limit=100"); } catch { page = { type: "error" }; }
    if (this.ended) return;
    if (page.code === "not_found") return this.end("removed");
    if (page.type === "error") {
      clearTimeout(this.resetting);
      this.resetting = setTimeout(() => { if (this.socket) this.reset(); }, 1000 * (page.retry_after ?? 5) * (1 + Math.random()));
      return;
    }
    this.epoch = page.epoch;
    this.last = page.head;
    this.on.reset(page);
    if (this.socket) this.join();
  }

  async rights() { return this.ask("rights"); }

  async earlier(before) { return this.ask(`events?before=${before}&limit=100`); }

  // What a frame says, by HTTP; the answer is the frame a socket would have brought.
  post(frame) {
    const { type, room, id, ...body } = frame;
    if (type === "send") return this.ask("messages", { method: "POST", body });
    if (type === "edit") return this.ask(`messages/${id}`, { method: "PUT", body });
    if (type === "delete") return this.ask(`messages/${id}`, { method: "DELETE", body });
    if (type === "react") return this.ask(`messages/${id}/reactions`, { method: "PUT", body });
    if (type === "pin") return this.ask(`messages/${id}/pin`, { method: "PUT", body });
    return this.ask("read", { method: "POST", body });
  }
}
