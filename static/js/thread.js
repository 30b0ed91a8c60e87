// A thread: marks what came into sight as read, keeps drafts, previews, answers in place, offers names after an @.
// Without it everything works by plain forms.

import * as kept from "./kept.js";
import { names } from "./names.js";
import { newer } from "./newer.js";
import { menus, quoting } from "./posts.js";

// --- Read as far as the page was seen --------------------------------------------------------------------------------
const posts = document.getElementById("posts");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
let watched = () => {};

function send(url, fields, more = {}) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  for (const [name, value] of Object.entries(fields)) body.set(name, value ?? "");
  return fetch(url, { method: "POST", body, ...more });
}

if (posts?.dataset.readUrl && token) {
  let marked = Number(posts.dataset.readTo);
  let seen = marked;
  let waiting;
  const mark = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (seen <= marked) return;
    const number = seen;
    send(posts.dataset.readUrl, { number, script: "1" }, { keepalive: true })
      .then((answer) => { if (answer.ok) marked = Math.max(marked, number); })
      .catch(() => {});
  };
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) seen = Math.max(seen, Number(entry.target.dataset.number));
    }
    if (seen > marked && !waiting && !document.hidden) waiting = setTimeout(mark, 1000);
  }, { threshold: 0, rootMargin: "0px 0px -15% 0px" });
  watched = (post) => watch.observe(post);
  for (const post of posts.querySelectorAll("[data-number]")) watched(post);
  // At the very end of the page the last post counts, however short the window.
  addEventListener("scroll", () => {
    if (innerHeight + scrollY < document.documentElement.scrollHeight - 8) return;
    seen = Math.max(seen, Number(posts.lastElementChild?.dataset.number ?? 0));
    if (seen > marked && !waiting) waiting = setTimeout(mark, 1000);
  }, { passive: true });
  document.addEventListener("visibilitychange", () => { if (document.hidden) mark(); else if (seen > marked) waiting ||= setTimeout(mark, 1000); });
}

// --- The editor --------------------------------------------------------------------------------------------------------
// What was sent, from whatever page, and stands here is no draft any more.
for (const place of kept.places("draft:")) {
  const sent = kept.read(place)?.sent;
  if (sent && document.querySelector(`[data-key="${CSS.escape(sent)}"]`)) kept.drop(place);
}
for (const form of document.querySelectorAll("[data-composer]")) compose(form);

function compose(form) {
  const text = form.querySelector("[data-body]");
  const title = form.querySelector("[data-title]");
  grow(text);
  text.addEventListener("input", () => grow(text));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  preview(form, text);
  keep(form, text, title);
  answer(form, text);
  names(form, text);
}

function grow(text) {
  text.style.blockSize = "auto";
  text.style.blockSize = `${Math.min(text.scrollHeight + 2, innerHeight * 0.7)}px`;
}

function preview(form, text) {
  const button = form.querySelector("[data-preview-button]");
  const shown = form.querySelector("[data-preview]");
  if (!button || !shown || !form.dataset.previewUrl) return;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await send(form.dataset.previewUrl, { body: text.value });
      if (!answer.ok) throw new Error(String(answer.status));
      shown.innerHTML = await answer.text();  // sanitised by the server, as every post is
      shown.hidden = false;
    } catch {
      form.noValidate = true;
      button.replaceWith(button.cloneNode(true));  // without the script, the plain form shows it
      form.requestSubmit(form.querySelector("[data-preview-button]"));
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

// Drafts: on this device at once, on the server a moment later. Where the server keeps none (a post that is edited), neither
// does this: the text is saved against a version, and one that was begun earlier belongs to another.
function keep(form, text, title) {
  const url = form.dataset.draftUrl;
  if (!url) return;
  const place = `draft:${location.pathname}`;
  const key = form.elements.key;
  const state = form.querySelector("[data-draft-state]");
  const say = (words) => { if (state) state.textContent = words ?? ""; };
  const chosen = ["kind", "rule", "open_until"].map((name) => form.elements[name]).filter(Boolean);
  const asked = form.elements.acknowledge;
  const now = () => ({
    body: text.value, title: title?.value ?? "", reply: form.elements.reply?.value ?? "",
    ...Object.fromEntries(chosen.map((field) => [field.name, field.value])), ...(asked?.checked && { acknowledge: "on" }),
  });

  const begun = kept.read(place);
  if (begun && (begun.body || begun.title) && begun.body !== text.value && text.value.length <= begun.body.length) {
    text.value = begun.body;
    if (title && begun.title) title.value = begun.title;
    for (const field of chosen) if (begun[field.name]) field.value = begun[field.name];
    if (asked) asked.checked = Boolean(begun.acknowledge);
    // Sent before, and nobody knows whether it arrived: the same key makes it one.
    if (begun.sent) key.value = begun.sent;
    grow(text);
  }

  let open = false;  // whether something was typed that the server does not have
  let waiting;
  let going;
  const stop = () => {
    clearTimeout(waiting);
    going?.abort();
    open = false;
  };
  const save = async () => {
    going?.abort();
    going = new AbortController();
    open = false;
    try {
      const answer = await send(url, { ...now(), key: key.value }, { signal: going.signal, keepalive: true });
      say(answer.ok ? state?.dataset.saved : state?.dataset.unsaved);
    } catch (error) {
      if (error.name !== "AbortError") say(state?.dataset.unsaved);
    }
  };
  form.addEventListener("input", () => {
    kept.write(place, now());
    say("");
    clearTimeout(waiting);
    open = true;
    waiting = setTimeout(save, 1500);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "preview") return;
    stop();
    kept.write(place, { ...now(), sent: key.value });
  });
  addEventListener("pagehide", () => { if (open) { clearTimeout(waiting); save(); } });
  document.querySelector("[data-discard]")?.addEventListener("submit", () => {
    stop();
    kept.drop(place);
  });
}

// Answering in place: the editor says which post it answers; what was typed stays.
function answer(form, text) {
  const reply = form.elements.reply;
  const line = form.querySelector("[data-answering]");
  if (!posts || !line || reply === undefined) return;
  const hidden = reply instanceof RadioNodeList ? [...reply].find((one) => one.type === "hidden") : reply;
  const set = (number) => {
    hidden.value = number;
    line.hidden = !number;
    const link = line.querySelector("[data-answering-link]");
    link.textContent = `#${number}`;
    link.href = `#post-${number}`;
    form.dispatchEvent(new Event("input"));
  };
  posts.addEventListener("click", (event) => {
    const link = event.target.closest("[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    set(link.dataset.reply);
    text.focus();
    form.scrollIntoView({ block: "center" });
  });
  form.querySelector("[data-answer-nobody]")?.addEventListener("click", (event) => {
    event.preventDefault();
    set("");
    text.focus();
  });
}

if (posts) {
  menus(posts, send);
  quoting(posts);
  newer(posts, watched);
}
