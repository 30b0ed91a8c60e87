// Comments on passages: the passage carries a mark with the comment's id, what is said about it lies with the server.
import { Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from "y-prosemirror";

import { relate } from "../../static/js/relate.js";
import { schema } from "./schema.js";
import { atOnce } from "./suggestions.js";

const { comment } = schema.marks;
const key = new PluginKey("comments");
const AGAIN = 20_000; // ms between two looks for what others said
const PARTS = ["textarea", "summary", "[type=submit]", "[data-quote]", "[data-resolve]", "[data-reopen]"];

// Passages whose comment is resolved look like any other: drawn by the editor, which reads back whatever else changes its marks.
export function settledPassages() {
  const drawn = (doc, ids) => {
    const found = [];
    doc.descendants((node, at) => {
      if (ids.has(comment.isInSet(node.marks)?.attrs.id)) found.push(Decoration.inline(at, at + node.nodeSize, { class: "is-resolved" }));
    });
    return DecorationSet.create(doc, found);
  };
  return new Plugin({
    key,
    state: {
      init: () => ({ ids: new Set(), drawn: DecorationSet.empty }),
      apply(tr, before) {
        const ids = tr.getMeta(key) ?? before.ids;
        if (ids === before.ids && !tr.docChanged) return before;
        return { ids, drawn: ids.size ? drawn(tr.doc, ids) : DecorationSet.empty };
      },
    },
    props: { decorations: (state) => key.getState(state).drawn },
  });
}

export class Comments {
  constructor({ beside, view, words, data, can, say, on }) {
    Object.assign(this, { view, words, data, can, say, on });
    this.section = beside.querySelector("[data-remarks]");
    this.list = this.section.querySelector("[data-list]");
    this.form = beside.querySelector("[data-comment-form]");
    this.template = document.querySelector("template[data-comment]");
    this.token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    // For whom they speak who speak for several, as the address of the socket says it too.
    this.as = new URL(data.socket, location.href).searchParams.get("as");
    this.people = new Map();
    this.all = [];
    this.passages = new Map();
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.form.querySelector("[data-cancel]").addEventListener("click", () => this.close());
    this.section.addEventListener("click", (event) => this.act(event));
    this.section.addEventListener("submit", (event) => { event.preventDefault(); this.answer(event.target); });
    view.dom.addEventListener("click", (event) => this.point(event.target.closest?.("[data-comment]")?.dataset.comment));
    this.load();
    setInterval(() => { if (!document.hidden && this.view.dom.isConnected) this.load(); }, AGAIN);
  }

  // --- With the server ------------------------------------------------------------------------------------------------------

  async ask(fields, path = "") {
    const options = { headers: { Accept: "application/json" } };
    if (fields) {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", this.token);
      if (this.as) body.set("as", this.as);
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      Object.assign(options, { method: "POST", body });
    }
    const answer = await fetch(this.data.comments + path, options);
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { said: said.message });
    return said;
  }

  // Somebody is not known by name yet: asked once in a while, not at each of their letters.
  wonder() {
    this.wondering ??= setTimeout(() => {
      this.wondering = null;
      this.load();
    }, Math.max(0, this.loaded + 2000 - Date.now()));
  }

  async load() {
    this.loaded = Date.now();
    try {
      const found = await this.ask();
      this.all = found.comments;
      for (const { id, name } of [...found.comments.flatMap((one) => [one.author, ...one.answers.map((answer) => answer.author)]), ...found.people ?? []]) {
        if (id) this.people.set(String(id), name);
      }
      this.show();
      this.on.known();
    } catch { /* asked again in a moment */ }
  }

  // --- A new one --------------------------------------------------------------------------------------------------------------

  begin(state, dispatch) {
    const { from, to, empty } = state.selection;
    if (empty || !state.doc.textBetween(from, to, " ").trim()) {
      if (dispatch) this.say(this.words.selectFirst);
      return false;
    }
    if (!dispatch) return true;
    // Held against what others write meanwhile.
    const { type, binding } = ySyncPluginKey.getState(state);
    this.range = [from, to].map((at) => absolutePositionToRelativePosition(at, type, binding.mapping));
    this.form.querySelector("[data-quote]").textContent = state.doc.textBetween(from, to, " ", " ").slice(0, 200);
    this.form.hidden = false;
    this.section.hidden = false;
    this.form.elements.body.focus();
    return true;
  }

  async send() {
    const body = this.form.elements.body.value.trim();
    if (!body) return;
    this.anchor ??= crypto.randomUUID();
    const button = this.form.querySelector("[type=submit]");
    button.ariaBusy = "true";
    try {
      await this.ask({ anchor: this.anchor, body });
      this.mark(this.anchor);
      this.close();
      this.say(this.words.commented);
      await this.load();
    } catch (error) { this.fail(this.form, error); }
    button.ariaBusy = null;
  }

  mark(id) {
    const { doc, type, binding } = ySyncPluginKey.getState(this.view.state);
    const [from, to] = this.range.map((place) => relativePositionToAbsolutePosition(doc, type, place, binding.mapping));
    if (from === null || to === null || from >= to) return;
    const tr = atOnce(this.view.state.tr, this.view.state);
    // Only words carry marks; where two remarks meet, each keeps its own words.
    this.view.state.doc.nodesBetween(from, to, (node, at, parent) => {
      if (node.isText && parent.type.allowsMarkType(comment) && !comment.isInSet(node.marks)) {
        tr.addMark(Math.max(from, at), Math.min(to, at + node.nodeSize), comment.create({ id }));
      }
      return node.type.name !== "footnote";
    });
    if (tr.docChanged) this.view.dispatch(tr);
  }

  close() {
    this.form.reset();
    this.form.querySelector("[data-wrong]").hidden = true;
    this.form.hidden = true;
    this.anchor = null;
    this.update(true);
    this.view.focus();
  }

  fail(form, error) {
    const wrong = form.querySelector("[data-wrong]");
    wrong.textContent = error.said || this.words.notSent;
    wrong.hidden = false;
  }

  // --- Those there are ------------------------------------------------------------------------------------------------------

  update(force) {
    const { doc } = this.view.state;
    if (!force && doc === this.doc) return;
    this.doc = doc;
    const found = new Map();
    doc.descendants((node, at) => {
      const mark = comment.isInSet(node.marks);
      if (!mark) return;
      const one = found.get(mark.attrs.id) ?? { from: at, text: "" };
      one.text += node.text ?? "";
      found.set(mark.attrs.id, one);
    });
    const before = JSON.stringify([...this.passages].map(([id, { text }]) => [id, text]));
    this.passages = found;
    if (force || before !== JSON.stringify([...found].map(([id, { text }]) => [id, text]))) this.show();
  }

  show() {
    const order = (one) => this.passages.get(one.anchor)?.from ?? Infinity;
    const all = [...this.all].sort((one, other) => Boolean(one.resolved) - Boolean(other.resolved) || order(one) - order(other));
    const text = JSON.stringify([all, all.map((one) => this.passages.get(one.anchor)?.text)]);
    this.section.hidden = !all.length && this.form.hidden;
    if (text === this.shown) return;
    this.shown = text;
    // What is being typed as an answer, and where one is, outlives what others say.
    const here = document.activeElement;
    const at = this.list.contains(here) && here.closest("[data-anchor]")?.dataset.anchor;
    const part = PARTS.find((one) => here.matches(one));
    const drafts = new Map([...this.list.querySelectorAll("[data-anchor]")].map((item) => [item.dataset.anchor, item.querySelector("textarea")]));
    const open = new Set([...this.list.querySelectorAll("[data-anchor] details[open]")].map((one) => one.closest("[data-anchor]").dataset.anchor));
    this.list.replaceChildren(...all.map((one) => this.item(one, drafts.get(one.anchor), open.has(one.anchor))));
    if (at) {
      // Its button is another one once a comment is resolved.
      const item = this.list.querySelector(`[data-anchor="${CSS.escape(at)}"]`);
      [part, "[data-reopen]", "[data-resolve]"].map((one) => one && item?.querySelector(one)).find((one) => one && !one.closest("[hidden]"))?.focus();
    }
    relate(this.list);
    this.view.dispatch(this.view.state.tr.setMeta(key, new Set(all.filter((one) => one.resolved).map((one) => one.anchor))));
  }

  item(one, draft, isOpen) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.anchor = one.anchor;
    item.classList.toggle("is-resolved", Boolean(one.resolved));
    const passage = this.passages.get(one.anchor);
    const quote = item.querySelector("[data-quote]");
    quote.textContent = passage ? passage.text.slice(0, 120) : this.words.passageGone;
    quote.disabled = !passage;
    this.fill(item.querySelector("[data-said]"), one);
    const answers = item.querySelector("[data-answers]");
    const blank = answers.firstElementChild;
    answers.replaceChildren(...one.answers.map((answer) => {
      const row = blank.cloneNode(true);
      this.fill(row, answer);
      return row;
    }));
    const may = this.can.comment();
    item.querySelector("[data-resolved]").hidden = !one.resolved;
    item.querySelector("[data-resolve]").hidden = Boolean(one.resolved) || !may;
    item.querySelector("[data-reopen]").hidden = !one.resolved || !may;
    item.querySelector("details").hidden = Boolean(one.resolved) || !may;
    item.querySelector("details").open = isOpen;
    const box = item.querySelector("textarea");
    box.value = draft?.value ?? "";
    // Sent again, it is the same answer.
    if (draft?.form.dataset.key) box.form.dataset.key = draft.form.dataset.key;
    return item;
  }

  fill(place, { author, body, at }) {
    place.querySelector("[data-who]").textContent = author.name;
    place.querySelector("[data-for]").textContent = author.organisation;
    const time = place.querySelector("time");
    time.dateTime = at;
    time.textContent = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    place.querySelector("[data-body]").textContent = body;
  }

  point(id) {
    const item = id && this.list.querySelector(`[data-anchor="${CSS.escape(id)}"]`);
    for (const one of this.list.children) one.classList.toggle("is-here", one === item);
    item?.scrollIntoView({ block: "nearest" });
  }

  async act(event) {
    const button = event.target.closest("button");
    const anchor = button?.closest("[data-anchor]")?.dataset.anchor;
    const one = this.all.find((each) => each.anchor === anchor);
    if (!one) return;
    if (button.dataset.quote !== undefined) {
      this.view.dom.querySelector(`[data-comment="${CSS.escape(anchor)}"]`)?.scrollIntoView({ block: "center" });
      this.point(anchor);
    } else if (button.dataset.resolve !== undefined || button.dataset.reopen !== undefined) {
      try {
        await this.ask(button.dataset.reopen === undefined ? {} : { open: "1" }, `${one.id}/resolve/`);
        if (button.dataset.resolve !== undefined) this.say(this.words.resolved);
        await this.load();
      } catch (error) { this.fail(button.closest("[data-anchor]"), error); }
    }
  }

  async answer(form) {
    const item = form.closest("[data-anchor]");
    const one = this.all.find((each) => each.anchor === item.dataset.anchor);
    const body = form.elements.body.value.trim();
    if (!body) return;
    form.dataset.key ||= crypto.randomUUID();
    try {
      await this.ask({ body, key: form.dataset.key }, `${one.id}/answers/`);
      form.elements.body.value = "";
      delete form.dataset.key;
      item.querySelector("details").open = false;
      this.say(this.words.answered);
      await this.load();
    } catch (error) { this.fail(form, error); }
  }
}
