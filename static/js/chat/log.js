// What the reader sees of a room: messages under their days, own ones with their state. Trusted HTML is only what the server
// has rendered; everything else goes in as text.

import { comma } from "../comma.js";
import { Days } from "./days.js";
import { Files } from "./files.js";
import { Titles } from "./titles.js";

export class Log {
  constructor({ chat, words, extras, ask }) {
    this.words = words;
    this.extras = extras; // writes what people added to a message: signs, pins
    this.data = chat.dataset;
    this.me = Number(chat.dataset.user);
    this.folded = new Set((chat.dataset.folded ?? "").split(",").filter(Boolean).map(Number));
    this.box = document.getElementById("log");
    this.scroll = document.getElementById("scroll");
    this.files = new Files({ box: this.box, words });
    this.titles = new Titles({ ask, put: (node, html) => this.entitle(node, html) });
    this.template = document.getElementById("message-template").content.firstElementChild;
    this.stateTemplate = document.getElementById("state-template").content;
    this.days = new Days({ box: this.box, ...chat.dataset });
    // Who is at the end stays there when the composer grows.
    this.scroll.addEventListener("scroll", () => { this.follows = this.atEnd; }, { passive: true });
    new ResizeObserver(() => { if (this.follows) this.toEnd(); }).observe(this.scroll);
    this.settle();
  }

  // --- Finding --------------------------------------------------------------------------------------------------------

  byId(id) { return this.box.querySelector(`[data-id="${id}"]`); }

  byKey(key) { return this.box.querySelector(`[data-key="${CSS.escape(key)}"]`); }

  lastOwn() { return [...this.box.querySelectorAll(".msg--own:not(.msg--gone, .is-sending, .is-failed)")].at(-1); }

  get atEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60; }

  toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; }

  // --- Events of the log ------------------------------------------------------------------------------------------------

  // A message as the server tells it; returns whether it was new here.
  put(event) {
    const { message } = event;
    const own = message.author.id === this.me;
    let node = this.byId(message.id) ?? (own ? this.byKey(message.key) : null);
    const isNew = !node;
    node ??= this.make();
    if (!isNew && Number(node.dataset.version) > message.version) return false;
    this.fill(node, message, event.seq);
    this.place(node);
    document.getElementById("empty")?.remove();
    return isNew;
  }

  change({ message }) {
    const node = this.byId(message.id);
    if (message.deleted) this.unquote(message.id);
    if (!node || Number(node.dataset.version) > message.version) return;
    if (message.deleted) this.bury(node, message.version);
    else this.fill(node, message);
    this.settle();
  }

  make() { return this.template.cloneNode(true); }

  fill(node, message, seq = Number(node.dataset.seq)) {
    const own = message.author.id === this.me;
    Object.assign(node.dataset, {
      id: message.id, seq, number: message.number, version: message.version, author: message.author.id,
      organisation: message.organisation?.id ?? 0,
    });
    node.id = `message-${message.number}`;
    node.className = own ? "msg msg--own" : "msg";
    if (own) Object.assign(node.dataset, { key: message.key, source: message.body });
    const organisation = message.organisation ? message.organisation.name ?? this.words.unnamed : "";
    this.head(node, this.name(message.author) || organisation, message.function, organisation, message.author.id, message.at);
    const link = node.querySelector(".msg__time");
    link.href = `${this.data.base}?from=${message.number}#message-${message.number}`;
    if (message.deleted) return this.bury(node, message.version);
    if (!own && this.folded.has(message.author.id)) this.fold(node);
    node.querySelector(".msg__body").innerHTML = message.html; // rendered and sanitised by the server, as on the page
    this.titles.watch(node, message.html);
    if (message.mentions?.includes(this.me)) node.classList.add("is-mention");
    this.files.put(node, message.attachments);
    this.quote(node, message.reply_to);
    this.say(node, message.edited_at ? this.words.edited : "");
    const page = `${this.data.base}messages/${message.id}/`;
    const addresses = { react: `${page}#signs`, reply: `${this.data.base}?reply=${message.number}#say`, more: page };
    for (const link of node.querySelectorAll(".msg__acts [data-act]")) {
      link.hidden = false;
      link.href = addresses[link.dataset.act];
    }
    this.extras(node, message);
  }

  // The text of a message with titles, for this reader; who is at the end stays there.
  entitle(node, html) {
    const follow = this.atEnd;
    node.querySelector(".msg__body").innerHTML = html;
    if (follow) this.toEnd();
  }

  // What somebody wrote whom the reader blocks stays folded away until it is opened.
  fold(node) {
    const body = node.querySelector(".msg__body");
    if (body.parentElement.matches("details")) return;
    const details = document.createElement("details");
    details.className = "msg__folded";
    const summary = document.createElement("summary");
    summary.textContent = this.words.folded;
    body.replaceWith(details);
    details.append(summary, body);
  }

  // Null for whom this reader may not be told of: then the organisation stands in the name's place, as on the page.
  name({ id, name }) {
    if (name === null) return id === this.me ? this.data.name : "";
    return name || this.words.former;
  }

  bury(node, version) {
    node.dataset.version = version;
    delete node.dataset.source;
    node.classList.add("msg--gone");
    node.classList.remove("is-mention", "is-sending", "is-failed");
    node.querySelector(".msg__body").textContent = this.words.gone;
    node.querySelector(".msg__quote").hidden = true;
    this.files.put(node);
    this.say(node, "");
    this.extras(node, {});
    for (const button of node.querySelectorAll(".msg__acts [data-act]")) button.hidden = true;
    this.unquote(node.dataset.id);
  }

  // What was deleted is read in no answer to it either, also where it stands on another page itself.
  unquote(id) {
    for (const quote of this.box.querySelectorAll(`[data-answers="${id}"] .msg__quote > span`)) quote.textContent = this.words.deleted;
  }

  head(node, name, role, organisation, author, at) {
    const avatar = node.querySelector(".avatar");
    const parts = name.split(/\s+/u);
    avatar.textContent = [parts[0], ...parts.slice(1).slice(-1)].map((part) => [...part][0] ?? "").join("").toLocaleUpperCase();
    avatar.className = `avatar hue-${author % 10}`;
    node.querySelector(".msg__author").textContent = name;
    node.querySelector("[data-function]").textContent = role;
    const of = node.querySelector("[data-organisation-name]");
    of.textContent = organisation;
    if (of.previousSibling?.nodeType === Node.TEXT_NODE) of.previousSibling.remove();
    if (role && organisation) of.before(comma);
    const time = node.querySelector("time");
    time.dateTime = at;
  }

  quote(node, id) {
    const line = node.querySelector(".msg__quote");
    line.hidden = !id;
    if (!id) return;
    node.dataset.answers = id;
    const parent = this.byId(id);
    line.querySelector("bdi").textContent = parent?.querySelector(".msg__author").textContent ?? this.words.earlier;
    line.querySelector("span").textContent = parent?.querySelector(".msg__folded") ? "" : (parent?.querySelector(".msg__body").textContent.trim() || parent?.querySelector(".file")?.textContent.trim())?.slice(0, 100) ?? "";
    if (parent) line.querySelector("a").href = `#${parent.id}`;
  }

  say(node, text) {
    const state = node.querySelector(".msg__state");
    state.replaceChildren(text);
    state.hidden = !text;
  }

  // --- Own messages on their way ----------------------------------------------------------------------------------------

  pending(entry, voice) {
    const { frame } = entry;
    let node = frame.type === "send" ? this.byKey(frame.key) : this.byId(frame.id);
    if (!node && frame.type === "send") {
      node = this.make();
      node.className = "msg msg--own";
      Object.assign(node.dataset, { key: frame.key, author: this.me, organisation: frame.as ?? 0, seq: Infinity, version: 0 });
      node.removeAttribute("id");
      this.head(node, this.data.name, "", voice, this.me, new Date().toISOString());
      const body = node.querySelector(".msg__body");
      for (const [index, line] of frame.body.split("\n").entries()) body.append(...(index ? [document.createElement("br")] : []), line);
      this.files.put(node, entry.files);
      this.quote(node, frame.reply_to);
      for (const button of node.querySelectorAll(".msg__acts [data-act]")) button.hidden = true;
      this.box.append(node);
      document.getElementById("empty")?.remove();
      this.settle();
    }
    if (node) this.mark(node, entry);
  }

  mark(node, entry) {
    node.classList.toggle("is-sending", !entry.failed);
    node.classList.toggle("is-failed", entry.failed);
    if (!entry.failed) return this.say(node, entry.frame.type === "send" ? this.words.sending : this.words.saving);
    const state = node.querySelector(".msg__state");
    state.hidden = false;
    state.replaceChildren(this.stateTemplate.cloneNode(true));
    state.firstElementChild.textContent = this.reason(entry.code);
    for (const button of state.querySelectorAll("button")) button.dataset.key = entry.frame.key;
    state.setAttribute("role", "alert");
  }

  reason(code = "other") {
    const name = `refused${code.split("_").map((part) => part[0].toUpperCase() + part.slice(1)).join("")}`;
    return this.words[name] ?? this.words.refusedOther;
  }

  // Acknowledged before its event came: it stands where it will stay.
  sent(entry, ack) {
    const node = entry.frame.type === "send" ? this.byKey(entry.frame.key) : this.byId(entry.frame.id);
    if (!node) return;
    node.classList.remove("is-sending", "is-failed");
    if (entry.frame.type === "send" && !node.dataset.id) this.say(node, this.words.sent);
    if (entry.frame.type === "send") Object.assign(node.dataset, { id: ack.id, seq: ack.seq });
  }

  forget(entry) {
    const node = entry.frame.type === "send" ? this.byKey(entry.frame.key) : this.byId(entry.frame.id);
    if (!node) return;
    if (entry.frame.type === "send") node.remove();
    else { node.classList.remove("is-sending", "is-failed"); this.say(node, ""); }
    this.settle();
  }

  // --- Order, days, groups ----------------------------------------------------------------------------------------------

  place(node) {
    const seq = Number(node.dataset.seq);
    let after = this.box.lastElementChild;
    while (after && (after === node || !after.dataset.seq || Number(after.dataset.seq) > seq || after.dataset.seq === "Infinity")) after = after.previousElementSibling;
    if (after ? after.nextElementSibling !== node : this.box.firstElementChild !== node) {
      if (after) after.after(node);
      else this.box.prepend(node);
    }
    this.settle();
  }

  settle() { this.days.settle(); }

  // --- The unread line ----------------------------------------------------------------------------------------------------

  markUnread(node) {
    if (document.getElementById("unread")) return;
    const line = document.createElement("p");
    line.className = "unread-line";
    line.id = "unread";
    line.textContent = this.words.new;
    node.before(line);
    node.classList.remove("msg--follow");
  }

  clearUnread() { document.getElementById("unread")?.remove(); }

  // --- Earlier messages ---------------------------------------------------------------------------------------------------

  prepend(events) {
    const height = this.scroll.scrollHeight;
    const top = this.scroll.scrollTop;
    this.quietly(() => {
      for (const event of events.toReversed()) {
        if (event.kind !== "message" || this.byId(event.message.id)) continue;
        const node = this.make();
        this.fill(node, event.message, event.seq);
        this.box.prepend(node);
      }
      this.settle();
    });
    this.scroll.scrollTop = top + this.scroll.scrollHeight - height;
  }

  // Write much at once, of which a screen reader says nothing.
  quietly(write) {
    this.box.setAttribute("aria-live", "off");
    write();
    setTimeout(() => this.box.setAttribute("aria-live", "polite"), 100);
  }

  // What stands below the floor is kept no longer.
  purge(floor) {
    for (const node of this.box.querySelectorAll(".msg[data-seq]")) if (Number(node.dataset.seq) < floor) node.remove();
    for (const node of this.box.querySelectorAll("[data-answers]")) if (!this.byId(node.dataset.answers)) this.quote(node, node.dataset.answers);
    this.settle();
  }

  empty() { this.box.replaceChildren(); }
}
