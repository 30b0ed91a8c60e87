// A room's page made live. The page is complete without it: it goes on from the head the page was made at.
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Company, notice } from "./company.js";
import { Extras } from "./extras.js";
import { Log } from "./log.js";
import { mutable } from "./mute.js";
import { Outbox } from "./outbox.js";
import { Rights } from "./rights.js";

const chat = document.getElementById("chat");
const words = document.getElementById("words").dataset;
const data = chat.dataset;
const room = Number(data.room);
const me = Number(data.user);
const net = document.getElementById("net");
const jump = document.getElementById("jump");
const older = document.getElementById("older");
const form = document.querySelector("form#say");
const refusal = document.getElementById("refusal");
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const title = document.title;

const log = new Log({ chat, words, extras: (node, message) => extras.show(node, message), ask: (path) => connection.ask(path) });
const company = new Company({ words, me });
let oldest = Number(data.oldest);
let more = Boolean(data.more);
let unseen = 0;
let readTo = 0;

// --- The server ------------------------------------------------------------------------------------------------------------

const connection = new Connection({
  room, base: data.base, head: Number(data.head), epoch: data.epoch, token,
  on: {
    hello({ user }) { if (user !== me) location.reload(); },
    // Who is here is told after this, unless nobody is. Whether a mark of reading arrived is not known: it is sent again.
    joined() {
      company.present({ people: [] });
      readTo = 0;
    },
    ready() {
      outbox.again();
      seen();
    },
    events,
    ack(frame) { outbox.answered(frame); },
    error(frame) { if (frame.key) outbox.answered(frame); },
    typing(frame) { company.typing(frame); },
    presence(frame) { company.present(frame); },
    reset,
    notice,
    net(state) {
      net.hidden = !state;
      net.textContent = state && words[state];
      chat.dataset.connection = state || "live";
    },
    end(why) {
      net.hidden = false;
      net.textContent = why === "removed" ? words.removed : words.signedOut;
      chat.dataset.connection = why;
      composer?.close();
      document.title = title;
      jump.hidden = true;
      // Nothing of a room stays with somebody who has lost it. Whose session ended goes on after signing in again.
      if (why === "removed") {
        outbox.empty();
        composer?.empty();
        log.empty();
        extras.leave();
        older.hidden = true;
        company.leave();
      }
    },
  },
});

const outbox = new Outbox({
  room, connection,
  on: {
    changed: pending,
    done(entry, ack) { if (!isSilent(entry)) log.sent(entry, ack); },
    refused(entry, frame) {
      if (isSilent(entry)) {
        outbox.discard(entry.frame.key);
        extras.refused(entry.frame);
      } else if (entry.frame.type === "edit" && frame.code === "conflict" && composer) {
        outbox.discard(entry.frame.key);
        log.forget(entry);
        // Who has begun to change another message meanwhile goes on with that.
        if (frame.version && frame.body && !composer.editing) composer.edit(entry.frame.id, frame.version, entry.frame.body, words.conflict);
        else composer.restore(entry.frame.body);
      } else if (entry.frame.type === "delete" && frame.code === "conflict") {
        outbox.discard(entry.frame.key);
        log.forget(entry);
      } else {
        if (frame.code === "forbidden") rights.ask();
        pending(entry);
      }
    },
  },
});

const rights = new Rights({ data, form, refusal, ask: () => connection.rights(), lost: () => extras.stretch?.stop() });

// A sign and a pin wait in the outbox like everything else, but no message is marked by them.
function isSilent({ frame }) { return frame.type === "react" || frame.type === "pin"; }

function pending(entry) { if (!isSilent(entry)) log.pending(entry, voice(entry)); }

function voice({ frame }) {
  const choice = form?.elements.as;
  return frame.as && choice ? [...choice.options].find((one) => Number(one.value) === frame.as)?.text ?? "" : "";
}

// --- What happens in the room --------------------------------------------------------------------------------------------

function events(some) {
  const follow = log.atEnd;
  for (const event of some) extras.told(event);
  for (const event of some) {
    if (event.kind === "membership" && (event.membership.change === "rights" || event.membership.person?.id === me)) rights.ask();
    if (event.kind === "message" && !data.newest) {
      if (event.message.author.id !== me) unseen += 1;
    } else if (event.kind === "message") {
      const isNew = log.put(event);
      if (event.message.author.id === me) document.getElementById("first-contact")?.remove();
      if (event.message.author.id === me || !isNew) continue;
      company.said(event.message.author.id);
      if (document.hidden || !follow) {
        unseen += 1;
        log.markUnread(log.byId(event.message.id));
      }
    } else if (event.kind === "edited" || event.kind === "deleted") log.change(event);
    else if (event.kind === "purged") { log.purge(event.floor); oldest = Math.max(oldest, event.floor); }
  }
  extras.stretch?.show();
  if (follow && data.newest) log.toEnd();
  badge();
  seen();
}

function reset(page) {
  if (!data.newest) return location.reload();
  rights.ask();
  log.quietly(() => {
    log.empty();
    for (const event of page.events) if (event.kind === "message") log.put(event);
  });
  for (const entry of outbox.entries) pending(entry);
  oldest = page.events[0]?.seq ?? page.head + 1;
  more = page.more;
  older.hidden = !more;
  extras.stretch?.show();
  log.toEnd();
}

function badge() {
  document.title = unseen ? `(${unseen}) ${title}` : title;
  jump.hidden = Boolean(data.newest) && log.atEnd;
  jump.querySelector("span").textContent = unseen ? words.jumpNew.replace("COUNT", unseen) : words.jump;
}

// What stands at the end of a room that is looked at has been read.
let marking;
function seen() {
  if (document.hidden || !data.newest || !log.atEnd || connection.ended) return;
  unseen = 0;
  badge();
  document.getElementById("seen")?.remove();
  clearTimeout(marking);
  marking = setTimeout(() => {
    if (connection.last <= readTo || document.hidden) return;
    readTo = connection.last;
    const frame = { type: "read", room, seq: readTo };
    if (connection.live && connection.send(frame)) return;
    connection.post(frame).then(({ type }) => { if (type === "error") readTo = 0; }, () => { readTo = 0; });
  }, 800);
}

// --- Scrolling -----------------------------------------------------------------------------------------------------------------

let fetching = false;
async function earlier() {
  if (fetching || !more || connection.ended) return;
  fetching = true;
  older.firstElementChild.setAttribute("aria-busy", "true");
  try {
    const page = await connection.earlier(oldest);
    if (page.events) {
      log.prepend(page.events);
      extras.stretch?.show();
      oldest = page.events[0]?.seq ?? oldest;
      more = page.more;
      older.hidden = !more;
    }
  } catch { /* the link stays: press it again */ }
  older.firstElementChild.removeAttribute("aria-busy");
  fetching = false;
}

older.addEventListener("click", (event) => { if (data.newest) { event.preventDefault(); earlier(); } });
if (data.newest) new IntersectionObserver(([{ isIntersecting }]) => { if (isIntersecting) earlier(); }, { root: log.scroll, rootMargin: "120px" }).observe(older);
log.scroll.addEventListener("scroll", () => {
  if (!data.newest) return;
  badge();
  seen();
}, { passive: true });
jump.addEventListener("click", () => {
  if (!data.newest) return location.assign(data.base);
  log.toEnd();
  seen();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { if (log.atEnd) log.clearUnread(); } else seen();
});

// --- Writing -------------------------------------------------------------------------------------------------------------------

const composer = !form || !data.newest ? null : new Composer({
  form, words,
  on: {
    send(message, files) {
      log.clearUnread();
      log.pending(outbox.add({ type: "send", ...message }, files), voice({ frame: message }));
      log.toEnd();
    },
    edit(change) { log.pending(outbox.add({ type: "edit", ...change }), ""); },
    editLast() { edit(log.lastOwn()); },
    typing() { if (data.shows && connection.live) connection.send({ type: "typing", room }); },
  },
});

function edit(node) {
  if (node?.dataset.source && data.writes) composer?.edit(Number(node.dataset.id), Number(node.dataset.version), node.dataset.source);
}

// Where nothing can hover, a tap on a message shows what can be done with it.
log.box.addEventListener("click", (event) => {
  const node = event.target.closest(".msg");
  if (event.target.closest("a, button") || getSelection().toString()) return;
  for (const open of log.box.querySelectorAll(".is-open")) if (open !== node) open.classList.remove("is-open");
  node?.classList.toggle("is-open");
});

log.box.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const node = button.closest(".msg");
  const { key } = button.dataset;
  const act = {
    reply: composer && data.writes && (() => composer.reply(Number(node.dataset.id), node.querySelector(".msg__author").textContent)),
    react: () => extras.signs.open(button),
    more: () => extras.menu.open(button),
    retry: () => outbox.retry(key),
    discard: () => { const entry = outbox.find(key); outbox.discard(key); if (entry) log.forget(entry); },
  }[button.dataset.act];
  if (!act) return;
  event.preventDefault();
  act();
});

// --- What people add to messages ---------------------------------------------------------------------------------------------------

const extras = new Extras({ chat, words, log, outbox, ask: (path) => connection.ask(path), edit: composer && edit });

// --- Begin -----------------------------------------------------------------------------------------------------------------------

mutable(document.getElementById("mute"));
if (data.newest) {
  for (const entry of [...outbox.entries]) {
    if (entry.frame.type === "send" && log.byKey(entry.frame.key)) outbox.discard(entry.frame.key);
    else pending(entry);
  }
  const target = location.hash.startsWith("#message-") ? document.querySelector(location.hash) : document.getElementById("first-contact") ?? document.getElementById("unread");
  if (target) target.scrollIntoView({ block: target.id === "first-contact" ? "start" : "center" });
  else log.toEnd();
} else if (location.hash.startsWith("#message-")) {
  // An earlier page, opened by its address: what is on it stays true, what is said now is counted on the way back to the newest.
  document.querySelector(location.hash)?.scrollIntoView({ block: "center" });
}
connection.start();
badge();
seen();
