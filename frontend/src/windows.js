// Two small windows: where a link goes, and what a footnote says. And the footnotes of the page in a list below it.
import { DOMSerializer } from "prosemirror-model";
import { Plugin } from "prosemirror-state";

import { hasMark } from "./acts.js";
import { isSafe, schema } from "./schema.js";
import { fate, isSuggesting, remaining, suggestNote } from "./suggestions.js";

const { link, insertion, deletion } = schema.marks;
const { footnote } = schema.nodes;

// Ask in a dialog for one text: what was typed, "" to take it away, null where nothing is to happen.
function ask(dialog, value, removable, check = () => true) {
  const form = dialog.querySelector("form");
  const { text } = form.elements;
  const wrong = dialog.querySelector("[data-wrong]");
  text.value = value;
  wrong.hidden = true;
  text.ariaInvalid = null;
  dialog.querySelector("[value=remove]").hidden = !removable;
  dialog.returnValue = "";
  dialog.showModal();
  text.select();
  return new Promise((done) => {
    form.onsubmit = (event) => {
      if (event.submitter?.value !== "keep" || (text.value.trim() && check(text.value.trim()))) return;
      event.preventDefault();
      wrong.hidden = false;
      text.ariaInvalid = "true";
      text.focus();
    };
    dialog.addEventListener("close", () => {
      done({ keep: text.value.trim(), remove: "" }[dialog.returnValue] ?? null);
    }, { once: true });
  });
}

const whole = (text) => (/^[\w-]+(\.[\w-]+)+([/?#]|$)/u.test(text) ? `https://${text}` : /^[^\s@/]+@[^\s@/]+$/u.test(text) ? `mailto:${text}` : text);

export function windows(root, me) {
  const dialogs = { link: root.querySelector("[data-dialog=link]"), footnote: root.querySelector("[data-dialog=footnote]") };

  async function askLink(view) {
    const { state } = view;
    const range = linkRange(state) ?? state.selection;
    const before = linkRange(state)?.mark.attrs.href ?? "";
    const answer = await ask(dialogs.link, before, Boolean(before), (text) => isSafe(whole(text)));
    view.focus();
    if (answer === null) return;
    const { from, to } = range;
    if (to > view.state.doc.content.size) return;
    const href = whole(answer);
    const tr = view.state.tr.removeMark(from, to, link);
    if (href && from === to) tr.insert(from, schema.text(answer, [link.create({ href })]));
    else if (href) tr.addMark(from, to, link.create({ href }));
    view.dispatch(tr);
  }

  async function askFootnote(view, at = null) {
    const node = at === null ? null : view.state.doc.nodeAt(at);
    const answer = await ask(dialogs.footnote, node ? remaining(node) : "", Boolean(node));
    view.focus();
    if (answer === null) return;
    const { tr } = view.state;
    if (isSuggesting(view.state)) {
      const there = node && view.state.doc.nodeAt(at);
      if (there && there.type !== footnote) return;
      view.dispatch(suggestNote(view.state, { at: at ?? view.state.selection.to, there, text: answer, by: me }));
      return;
    }
    // Who writes directly into what is only suggested leaves it a suggestion.
    const made = answer && footnote.create(null, schema.text(answer, node && fate(node) === insertion ? [insertion.isInSet(node.firstChild.marks)] : []));
    if (!node) tr.insert(view.state.selection.to, made);
    else if (view.state.doc.nodeAt(at)?.type !== footnote) return;
    else if (made) tr.replaceWith(at, at + view.state.doc.nodeAt(at).nodeSize, made);
    else tr.delete(at, at + view.state.doc.nodeAt(at).nodeSize);
    view.dispatch(tr);
  }

  return {
    link: (state, dispatch, view) => {
      if (!view?.editable || (state.selection.empty && hasMark(state, schema.marks.code))) return false;
      if (dispatch) askLink(view);
      return true;
    },
    footnote: (state, dispatch, view) => {
      if (!view?.editable || !state.selection.$to.parent.inlineContent || state.selection.$to.parent.type.spec.code) return false;
      if (dispatch) askFootnote(view);
      return true;
    },
    openFootnote: askFootnote,
  };
}

// The link the caret stands in, from its first letter to its last.
function linkRange({ selection: { $from, empty } }) {
  const mark = link.isInSet($from.marks());
  if (!empty || !mark) return null;
  let at = $from.start();
  let from = at;
  let to = at;
  for (const node of $from.parent.content.content) {
    const end = at + node.nodeSize;
    if (mark.isInSet(node.marks)) to = end;
    else if (from < to && to >= $from.pos) break;
    else from = to = end;
    at = end;
  }
  return { from, to, mark };
}

const LOOKS = { ins: "suggested--in", del: "suggested--out" };

// What a footnote says, in runs: each with the element that says what is suggested of it.
function runsOf(note) {
  const runs = [];
  note.forEach((node) => runs.push([node.text ?? "\n", deletion.isInSet(node.marks) ? "del" : insertion.isInSet(node.marks) ? "ins" : ""]));
  return runs;
}

// A footnote in the text is a button with its number; below the page stands what it says.
export function footnotes({ root, words, open }) {
  const section = root.querySelector("[data-notes]");
  const items = section.querySelector("ol");
  let shown = null;
  const show = (view) => {
    const found = [];
    view.state.doc.descendants((node) => { if (node.type === footnote) found.push(runsOf(node)); return true; });
    const text = JSON.stringify(found);
    if (text === shown) return;
    shown = text;
    section.hidden = !found.length;
    items.replaceChildren(...found.map((runs) => {
      const item = Object.assign(document.createElement("li"), { dir: "auto" });
      item.append(...runs.map(([text, tag]) => (tag ? Object.assign(document.createElement(tag), { textContent: text, className: LOOKS[tag] }) : text)));
      return item;
    }));
  };
  return new Plugin({
    view: (view) => { show(view); return { update: show }; },
    props: {
      nodeViews: {
        footnote(node, view, getPos) {
          const dom = document.createElement("button");
          dom.type = "button";
          const draw = (one) => {
            const what = fate(one);
            const text = what === deletion ? one.textContent : remaining(one);
            const said = { insertion: words.footnoteAdded, deletion: words.footnoteTaken }[what?.name] ?? words.footnote;
            dom.className = `footnote ${what ? `suggested ${LOOKS[what === insertion ? "ins" : "del"]}` : ""}`.trim();
            dom.ariaLabel = said.replace("TEXT", () => text);
            dom.title = text;
          };
          draw(node);
          dom.addEventListener("click", () => { if (view.editable) open(view, getPos()); });
          return {
            dom,
            update(one) { if (one.type !== footnote) return false; draw(one); return true; },
            stopEvent: (event) => event.type === "mousedown" || event.type === "click" || event.type === "keydown",
            ignoreMutation: () => true,
          };
        },
      },
      // What is copied carries the text of its footnotes along.
      clipboardSerializer: DOMSerializer.fromSchema(schema),
    },
  });
}
