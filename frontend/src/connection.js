// The line to the server: updates and who is here, in frames of the y-protocols; what the server says itself, in JSON.
// A change leaves at once and counts as kept when the server says so. What it has not yet said so of stays in this tab.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import * as Y from "yjs";

const SYNC = 0;
const AWARENESS = 1;
const TOGETHER = 30; // ms in which keystrokes share a frame
const SLOWEST = 30_000;
const KEPT = "kept";
const EMPTY = 2; // bytes of an update that says nothing
export const SIGNED_OUT = 4401;

export class Connection {
  constructor({ url, doc, awareness, kept, writes, on }) {
    Object.assign(this, { url, doc, awareness, kept, writes, on });
    this.tries = 0;
    this.ended = false;
    this.synced = false;
    this.queue = []; // not yet sent
    this.unsaved = []; // sent in this connection, not yet said to be kept
    doc.on("update", (update, origin) => {
      if (origin === this || origin === KEPT) return;
      this.queue.push(update);
      this.keep();
      this.tell();
      this.sending ??= setTimeout(() => this.flush(), TOGETHER);
    });
    // The server knows who is here and tells whoever comes; each speaks for itself only.
    awareness.on("update", ({ added, updated, removed }, origin) => {
      if (origin !== this && [...added, ...updated, ...removed].includes(doc.clientID)) this.sendPlace();
    });
    addEventListener("online", () => { this.tries = 0; this.again(0); });
    addEventListener("offline", () => this.socket?.close());
    addEventListener("pagehide", () => {
      this.flush();
      this.store();
      removeAwarenessStates(awareness, [doc.clientID], "leaving");
    });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // --- Coming and going ---------------------------------------------------------------------------------------------------

  start() {
    const before = this.kept.read();
    if (before) {
      try {
        // It goes on from a page that is not here yet, so the document says nothing of it: it waits to be sent all the same.
        Y.applyUpdate(this.doc, before, KEPT);
        this.queue.push(before);
      } catch { this.kept.drop(); }
    }
    this.open();
  }

  open() {
    if (this.ended) return;
    clearTimeout(this.waiting);
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.addEventListener("open", () => {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SYNC);
      writeSyncStep1(encoder, this.doc);
      socket.send(encoding.toUint8Array(encoder));
      this.sendPlace();
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.socket) return;
      if (typeof data === "string") this.said(JSON.parse(data));
      else this.read(new Uint8Array(data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket !== this.socket) return;
      this.synced = false;
      this.socket = null;
      // What was on its way is sent again by the next exchange of states.
      this.queue.unshift(...this.unsaved);
      this.unsaved = [];
      const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID);
      removeAwarenessStates(this.awareness, others, this);
      if (this.ended) return;
      if (code === SIGNED_OUT) this.store();
      this.on.lost(code);
      if (this.ended) return;
      this.tell();
      this.again();
    });
  }

  // Full jitter: after a restart of the server nobody comes at the same moment as everybody else.
  again(wait = Math.random() * Math.min(SLOWEST, 1000 * 2 ** this.tries++)) {
    if (this.ended || this.socket) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.open(), wait);
  }

  // For good: what waits in the tab is dropped, or kept for whoever signs in again as the same person.
  end({ keeps = false } = {}) {
    this.ended = true;
    clearTimeout(this.waiting);
    clearTimeout(this.sending);
    clearTimeout(this.storing);
    this.queue = this.unsaved = [];
    this.socket?.close();
    if (!keeps) this.kept.drop();
  }

  // --- What comes ---------------------------------------------------------------------------------------------------------

  read(bytes) {
    const decoder = decoding.createDecoder(bytes);
    const kind = decoding.readVarUint(decoder);
    if (kind === AWARENESS) return applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
    if (kind !== SYNC) return;
    const step = decoding.peekVarUint(decoder);
    if (step === 0) {
      decoding.readVarUint(decoder);
      return this.answer(decoding.readVarUint8Array(decoder));
    }
    readSyncMessage(decoder, encoding.createEncoder(), this.doc, this);
    if (step === 1 && !this.synced) {
      this.synced = true;
      this.tries = 0;
      const isLate = !this.writes() && !this.isSaved; // what was kept here, of whoever may write no longer
      this.on.synced();
      this.tell();
      if (isLate) this.stop();
    }
  }

  // The server says what it has: it gets what it lacks, all at once, and nothing where it lacks nothing.
  answer(vector) {
    if (!this.writes()) return;
    const theirs = Y.decodeStateVector(vector);
    const lacks = [...Y.decodeStateVector(Y.encodeStateVector(this.doc))].some(([client, clock]) => clock > (theirs.get(client) ?? 0));
    if (!lacks && this.isSaved) return;
    const update = Y.encodeStateAsUpdate(this.doc, vector);
    this.unsaved = [];
    this.queue = update.length > EMPTY ? [update] : [];
    this.keep();
    this.tell();
    this.flush();
  }

  said(frame) {
    if (frame.type === "saved") {
      this.unsaved.splice(0, frame.count ?? this.unsaved.length);
      this.keep();
      this.tell();
    } else if (frame.type === "denied") {
      if (frame.reason === "read-only") return this.writes() && this.stop();
      if (frame.reason !== "gone" && !this.isSaved) return this.refused(frame.reason);
      this.on.denied(frame.reason);
    }
  }

  // Whoever may no longer write goes on reading.
  stop() {
    const update = this.isSaved ? null : Y.mergeUpdates([...this.unsaved, ...this.queue]);
    this.queue = this.unsaved = [];
    this.keep();
    this.on.denied("read-only", update);
    this.tell();
  }

  // All that comes after a refused change goes on from it: nothing of that is sent any more, nor kept to be sent after a reload.
  refused(reason) {
    const update = Y.mergeUpdates([...this.unsaved, ...this.queue]);
    this.end();
    this.on.denied(reason, update);
  }

  // --- What goes ----------------------------------------------------------------------------------------------------------

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  flush() {
    clearTimeout(this.sending);
    this.sending = null;
    if (!this.queue.length || !this.isOpen || !this.writes()) return;
    const update = this.queue.length === 1 ? this.queue[0] : Y.mergeUpdates(this.queue);
    this.queue = [];
    this.unsaved.push(update);
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    writeUpdate(encoder, update);
    this.socket.send(encoding.toUint8Array(encoder));
  }

  sendPlace() {
    if (!this.isOpen) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, AWARENESS);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
    this.socket.send(encoding.toUint8Array(encoder));
  }

  // --- What stays here ------------------------------------------------------------------------------------------------------

  get isSaved() { return !this.queue.length && !this.unsaved.length; }

  keep() { this.storing ??= setTimeout(() => this.store(), 250); }

  store() {
    clearTimeout(this.storing);
    this.storing = null;
    if (this.ended) return;
    if (this.isSaved) this.kept.drop();
    else this.kept.write(Y.mergeUpdates([...this.unsaved, ...this.queue]));
  }

  tell() { this.on.state(this.synced ? (this.isSaved ? "saved" : "saving") : "offline"); }
}
