// Notices while a page is open: the numbers in the header and the title, a word when something comes, the newest beside the bell.
// A room's page has a socket already and hands its frames on as "notice" events; other pages open one, and ask by HTTP where
// sockets are blocked. What else of a page lives by that socket says "listening", and hears "live", with how to send, whenever
// the socket has come up, and "frame".
import { comeBy } from "./push.js";
import { relate } from "./relate.js";

const BASE = 1000;
const CAP = 60000;
const FAILURES = 3; // handshakes that failed before HTTP steps in
const SETTLED = 1500; // who only passes through opens nothing
const POLL = 30000;
const SHOWN = 8000;

const bell = document.querySelector("[data-notices]");
const box = document.getElementById("notices");
const toast = document.getElementById("toast");
const says = document.getElementById("notices-say");
const title = document.title;
let unread = Number(bell.dataset.notices);

// --- The numbers --------------------------------------------------------------------------------------------------------

function counted(link, number, shown = number) {
  let count = link?.querySelector(".count");
  if (!number) { count?.remove(); return; }
  if (!link) return;
  if (!count) {
    count = document.createElement("span");
    count.className = "count";
    if (link === bell) { count.ariaHidden = "true"; link.querySelector("svg").after(count); } else link.append(" ", count);
  }
  count.textContent = shown;
  if (link !== bell) {
    const words = document.createElement("span");
    words.className = "visually-hidden";
    words.textContent = ` ${link.dataset.conversations}`;
    count.append(words);
  }
}

function entitle() { document.title = unread ? `(${unread > 99 ? "99+" : unread}) ${title.replace(/^\(\d+\+?\) /, "")}` : title; }

function told({ unread: now, conversations = 0 }) {
  const more = now > unread;
  unread = now;
  counted(bell, now, now > 99 ? "99+" : now);
  bell.querySelector("[data-notices-words]").textContent = now ? ` (${bell.dataset.words.replace("COUNT", now)})` : "";
  counted(document.querySelector("[data-conversations]"), conversations);
  entitle();
  if (box.matches(":popover-open")) fill();
  if (more && !document.hidden) announce();
}

// --- What has just come ---------------------------------------------------------------------------------------------------

let hiding = 0;
let said = "";

async function announce() {
  const list = await newest();
  const first = list?.querySelector(".row--unread");
  // Read in the meantime, here or elsewhere: nothing is said of it. Neither twice of the same.
  if (!first || first.dataset.ids === said || box.matches(":popover-open")) return;
  said = first.dataset.ids;
  const form = first.querySelector("form");
  const text = form.querySelector("button").lastChild.textContent.trim();
  says.textContent = text;
  toast.querySelector("a").textContent = text;
  toast.querySelector("a").onclick = (event) => { event.preventDefault(); document.body.append(form); form.hidden = true; form.requestSubmit(); };
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { toast.hidden = true; }, SHOWN);
}
toast.querySelector("button").addEventListener("click", () => { toast.hidden = true; });
for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(hiding));

async function newest() {
  const answer = await fetch(`${bell.getAttribute("href")}newest/`, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  const holder = document.createElement("div");
  holder.innerHTML = await answer.text(); // written by the server, every word escaped
  return holder;
}

// --- The list beside the bell -----------------------------------------------------------------------------------------------

bell.setAttribute("aria-haspopup", "dialog");
bell.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !box.showPopover) return;
  event.preventDefault();
  if (box.matches(":popover-open")) { box.hidePopover(); return; }
  if (!await fill()) { location.assign(bell.href); return; }
  box.showPopover();
  place();
  toast.hidden = true;
  (box.querySelector(".row--unread button") ?? box.querySelector("button, a") ?? box).focus();
});
box.addEventListener("toggle", (event) => {
  bell.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "closed" && (box.contains(document.activeElement) || document.activeElement === document.body)) bell.focus();
});

function place() {
  const { style } = box;
  style.insetBlockStart = style.insetInlineEnd = "";
  if (!matchMedia("(min-width: 36rem)").matches) return;
  const at = bell.getBoundingClientRect();
  const end = document.documentElement.dir === "rtl" ? at.left : document.documentElement.clientWidth - at.right;
  style.insetBlockStart = `${at.bottom + 4}px`;
  style.insetInlineEnd = `${Math.max(8, Math.min(end, innerWidth - box.offsetWidth - 8))}px`;
}

let shown = "";

// What says the same stays, and so does what has just been pressed: a button that is taken away under a finger does nothing.
async function fill() {
  const list = await newest();
  if (!list) return false;
  const now = [...list.querySelectorAll(".row")].map((row) => `${row.className} ${row.dataset.ids} ${row.textContent}`).join() || "nothing";
  const place = box.querySelector("[data-list]");
  if (now === shown || place.querySelector("form[data-sent]")) return true;
  shown = now;
  place.replaceChildren(...list.childNodes);
  relate(box);
  return true;
}

box.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-read-all]")) return;
  event.preventDefault();
  const body = new FormData(event.target);
  body.set("script", "1");
  const answer = await fetch(event.target.action, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) { event.target.submit(); return; }
  await fill();
  told({ unread: 0 });
  box.querySelector("a, button")?.focus();
});

// --- How a page hears of it ---------------------------------------------------------------------------------------------------

document.addEventListener("notice", ({ detail }) => told(detail));

let socket = null;
let failures = 0;
let attempt = 0;
let timer = 0;
let ended = false;
let send = null; // while the socket is up

const live = () => { if (send) document.dispatchEvent(new CustomEvent("live", { detail: { send } })); };
document.addEventListener("listening", live);

function open() {
  if (socket || ended) return;
  clearTimeout(timer);
  let greeted = false;
  let restart = 0;
  const here = socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "hello") { greeted = true; failures = attempt = 0; ask(); send = (what) => here.send(JSON.stringify(what)); live(); }
    if (frame.type === "notice") told(frame);
    if (frame.type === "restart") restart = frame.retry_after * 1000;
    document.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  };
  socket.onclose = ({ code }) => {
    socket = send = null;
    if (code === 4401) { ended = true; return; }
    failures = greeted ? 0 : failures + 1;
    const wait = failures >= FAILURES ? POLL * (document.hidden ? 4 : 1) * (0.8 + 0.4 * Math.random()) : restart || Math.random() * Math.min(CAP, BASE * 2 ** attempt);
    attempt += 1;
    timer = setTimeout(failures >= FAILURES ? poll : open, wait);
  };
}

async function ask() {
  const answer = await fetch(`${bell.getAttribute("href")}state/`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  if (answer.redirected) { ended = true; return; }
  told(await answer.json());
}

async function poll() {
  await ask();
  open(); // another try; it comes back here when that fails
}

entitle();
if (!document.querySelector("[data-room]")) {
  timer = setTimeout(open, SETTLED);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket && !ended) { clearTimeout(timer); open(); } });
  // A page in the background that may be brought back whole must not hold a connection.
  addEventListener("pagehide", () => { ended = true; clearTimeout(timer); socket?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) { ended = false; open(); } });
}

// Once for a visit: this device is awake for who is signed in here.
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
if (token && !sessionStorage.getItem("came-by")) {
  sessionStorage.setItem("came-by", "1");
  comeBy(token).catch(() => {});
}
