// What was written and is not yet known to be kept: one after the other, each with its key, until it is acknowledged or refused.
// It is kept in this tab, so that a reload loses nothing.
import * as kept from "../kept.js";

const PATIENCE = 10000;
const FRAME_MAX = 60000; // bytes; the socket is closed over a longer one

export class Outbox {
  constructor({ room, connection, on }) {
    Object.assign(this, { connection, on, room, place: `outbox:${room}` });
    this.entries = kept.read(this.place) ?? [];
    this.current = null;
  }

  // The acts that wait, oldest first: {frame, files, failed, code}. `files` is what is shown of what goes with a message.
  add(frame, files = []) {
    const entry = { frame: { room: this.room, key: crypto.randomUUID(), ...frame }, files, failed: false };
    this.entries.push(entry);
    this.keep();
    this.flush();
    return entry;
  }

  find(key) { return this.entries.find((entry) => entry.frame.key === key); }

  retry(key) {
    const entry = this.find(key);
    if (!entry) return;
    entry.failed = false;
    this.keep();
    this.on.changed(entry);
    this.flush();
  }

  discard(key) {
    this.entries = this.entries.filter((entry) => entry.frame.key !== key);
    if (this.current?.frame.key === key) this.release();
    this.keep();
  }

  // Send the next one; called whenever the connection is ready and after every outcome.
  flush() {
    if (this.current || this.waiting || !this.connection.ready) return;
    const entry = this.entries.find((one) => !one.failed);
    if (!entry) return;
    this.current = entry;
    if (bytes(JSON.stringify(entry.frame)) > FRAME_MAX) return this.answered({ type: "error", code: "too_long" }, entry.frame.key);
    if (this.connection.live && this.connection.send(entry.frame)) {
      const { socket } = this.connection;
      this.timer = setTimeout(() => {
        this.release();
        // A connection that has come since then is none that keeps silent.
        if (socket === this.connection.socket) this.connection.drop();
      }, PATIENCE);
    } else {
      this.connection.post(entry.frame).then((answer) => this.answered(answer, entry.frame.key), () => this.later(2));
    }
  }

  // The connection is new: what was under way is sent again with the same key, which makes it one act.
  again() {
    this.release();
    clearTimeout(this.waiting);
    this.waiting = 0;
    this.flush();
  }

  answered(frame, key = frame.key) {
    const entry = this.find(key);
    if (!entry) return;
    if (entry === this.current) this.release();
    if (frame.type === "ack") {
      this.discard(key);
      this.on.done(entry, frame);
    } else if (frame.retry_after) {
      return this.later(frame.retry_after);
    } else {
      entry.failed = true;
      entry.code = frame.code;
      this.keep();
      this.on.refused(entry, frame);
    }
    this.flush();
  }

  later(seconds) {
    this.release();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => { this.waiting = 0; this.flush(); }, seconds * 1000 * (1 + 0.2 * Math.random()));
  }

  release() {
    clearTimeout(this.timer);
    this.current = null;
  }

  // Nothing waits any more: who has lost the room has nothing to say there.
  empty() {
    this.release();
    clearTimeout(this.waiting);
    this.entries = [];
    this.keep();
  }

  keep() {
    if (this.entries.length) kept.write(this.place, this.entries);
    else kept.drop(this.place);
  }
}

export function bytes(text) { return new TextEncoder().encode(text).length; }
