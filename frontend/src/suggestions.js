// Suggestions: what somebody would write or leave out, marked in the text until somebody accepts or rejects it. While one
// suggests, nothing of the text itself changes: words are added with a mark, words to go are marked, the own suggestion that is
// taken back is really gone. Rejecting everything therefore gives the text as it was; what is no matter of words is not let
// through. Only text carries marks in the shared document, so a new line that is suggested is a sign until it is accepted, and a
// footnote is suggested, or to go, as the words in it are: with its last word it goes itself.
import { Fragment } from "prosemirror-model";
import { Plugin, PluginKey, TextSelection } from "prosemirror-state";
import { ySyncPluginKey } from "y-prosemirror";

import { schema } from "./schema.js";

const RETURN = "\u21b5";
const { insertion, deletion } = schema.marks;
const { footnote } = schema.nodes;
const key = new PluginKey("suggestions");
const newId = () => crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), "");

export const isSuggesting = (state) => key.getState(state);

export function suggestions() {
  return new Plugin({
    key,
    state: { init: () => false, apply: (tr, on) => tr.getMeta(key) ?? on },
    props: {
      attributes: (state) => (key.getState(state) ? { class: "is-suggesting" } : {}),
      handleKeyDown(view, event) {
        if (!key.getState(view.state) || event.key !== "Enter" || event.isComposing || event.metaKey || event.ctrlKey) return false;
        view.dispatch(view.state.tr.insertText(view.state.selection.$head.parent.type.spec.code ? "\n" : RETURN).scrollIntoView());
        return true;
      },
      // Who writes into words that are to go writes words that stay.
      handleTextInput(view, from, to, text) {
        const { $from } = view.state.selection;
        if (key.getState(view.state) || !deletion.isInSet($from.marks())) return false;
        view.dispatch(view.state.tr.replaceWith(from, to, schema.text(text, $from.marks().filter(isLook))).scrollIntoView());
        return true;
      },
    },
  });
}

export function setSuggesting(view, on) { view.dispatch(view.state.tr.setMeta(key, on)); }

// For what is no change of the text, such as the mark of a comment: it happens also while one suggests.
export const atOnce = (tr, state) => tr.setMeta(key, isSuggesting(state));

// --- Turning what was done into what is suggested -----------------------------------------------------------------------------

// Give the transaction that is to happen instead, or null where it is no matter of words.
export function suggest(tr, state, by) {
  if (!key.getState(state) || !tr.docChanged || tr.getMeta(key) !== undefined || tr.getMeta(ySyncPluginKey)) return tr;
  const changed = difference(tr.before, tr.doc);
  if (!changed) return tr;
  const { from, to, until } = changed;
  const { code } = tr.doc.resolve(from).parent.type.spec;
  const inserted = words(tr.doc, from, until, code);
  const taken = words(tr.before, from, to, code);
  if (!inserted || !taken || (from < to && !taken.length) || (from < until && !inserted.length) || same(inserted, taken)) return null;

  if (!tr.before.resolve(to).parent.inlineContent) return null;
  const id = ownBeside(tr.before, from, to, by) ?? newId();
  const made = state.tr.setMeta(key, true);
  const { end, start } = takeOut(made, from, to, id, by);
  if (inserted.length) {
    const added = (node) => (node.isText ? node.mark(insertion.create({ id, by }).addToSet(code ? [] : node.marks.filter(isLook))) : eachWord(node, added));
    const content = inserted.map(added);
    made.insert(end, content);
    made.setSelection(TextSelection.create(made.doc, end + content.reduce((size, node) => size + node.nodeSize, 0)));
  } else {
    const forward = state.selection.empty && state.selection.head <= from;
    made.setSelection(TextSelection.near(made.doc.resolve(forward ? end : start), forward ? 1 : -1));
  }
  return made.scrollIntoView();
}

// Where two texts differ, never in the middle of a footnote: one is put in and taken out whole.
function difference(before, after) {
  let from = before.content.findDiffStart(after.content);
  if (from === null) return null;
  let { a: to, b: until } = before.content.findDiffEnd(after.content);
  // Where the same letters stand on both sides the two ends may overlap: any place between them will do.
  const overlap = from - Math.min(to, until);
  const start = noteAround(before, from)?.start ?? noteAround(after, from)?.start;
  if (overlap > 0) {
    const back = Math.min(overlap, from - (start ?? from));
    from -= back;
    to += overlap - back;
    until += overlap - back;
  }
  from = Math.min(from, start ?? from);
  const more = Math.max((noteAround(before, to)?.end ?? to) - to, (noteAround(after, until)?.end ?? until) - until);
  return { from, to: to + more, until: until + more };
}

function noteAround(doc, at) {
  const place = doc.resolve(at);
  return place.parent.type === footnote ? { start: place.before(), end: place.after() } : null;
}

const eachWord = (note, change) => {
  const found = [];
  note.forEach((node) => found.push(node.isText ? change(node) : node));
  return note.copy(Fragment.from(found));
};
const textsOf = (note) => note.content.content.filter((node) => node.isText);

const isLook = ({ type }) => type !== insertion && type !== deletion && type.name !== "comment";
const plain = (nodes) => nodes.flatMap((node) => (node.isText ? node : [schema.text("^"), ...textsOf(node)])).map((node) => node.text + node.marks.map((mark) => mark.type.name)).join("|");
const same = (some, others) => plain(some) === plain(others);

// The words and footnotes of a stretch without their blocks: between two blocks stands a new line. Null where something else would
// change.
function words(doc, from, to, code) {
  const found = [];
  let block = null;
  let fits = true;
  doc.nodesBetween(from, to, (node, at) => {
    if ((node.type === footnote && code) || (node.isLeaf && node.isBlock)) fits = false;
    if (node.type === footnote) {
      if (textsOf(node).length) found.push(node);
      return false;
    }
    if (node.isTextblock) {
      if (block && found.length) found.push(schema.text(code ? "\n" : RETURN));
      block = node;
    }
    const text = node.text?.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (text) found.push(schema.text(text, code ? [] : node.marks));
    return fits;
  });
  return fits ? found : null;
}

// A word that is replaced letter by letter is one suggestion.
function ownBeside(doc, from, to, by) {
  for (const node of [doc.resolve(from).nodeBefore, doc.resolve(to).nodeAfter]) {
    const mark = (node?.type === footnote ? node.firstChild : node)?.marks.find((one) => (one.type === insertion || one.type === deletion) && one.attrs.by === by);
    if (mark) return mark.attrs.id;
  }
  return null;
}

// Mark what is to go; what one has suggested oneself goes at once.
function takeOut(tr, from, to, id, by) {
  const own = [];
  tr.doc.nodesBetween(from, to, (node, at) => {
    if (node.type === footnote && at >= from && isOwn(node, by)) own.push([at, at + node.nodeSize]);
    if (!node.isText) return own.at(-1)?.[0] !== at;
    const start = Math.max(from, at);
    const end = Math.min(to, at + node.nodeSize);
    const added = insertion.isInSet(node.marks);
    if (added?.attrs.by === by) own.push([start, end]);
    else if (!deletion.isInSet(node.marks)) tr.addMark(start, end, deletion.create({ id, by }));
    return false;
  });
  for (const [start, end] of own.reverse()) tr.delete(start, end);
  return { start: tr.mapping.map(from, -1), end: tr.mapping.map(to, -1) };
}

const isOwn = (note, by) => textsOf(note).length > 0 && textsOf(note).every((node) => insertion.isInSet(node.marks)?.attrs.by === by);

// Suggest a footnote at a place, another text for the one `there`, or, with no text, that it goes.
export function suggestNote(state, { at, there, text, by }) {
  const tr = atOnce(state.tr, state);
  const id = (there && textsOf(there).map((node) => insertion.isInSet(node.marks)).find((mark) => mark?.attrs.by === by)?.attrs.id) ?? newId();
  const words = text && schema.text(text, [insertion.create({ id, by })]);
  if (!there) return words ? tr.insert(at, footnote.create(null, words)) : tr;
  if (text === remaining(there)) return tr;
  const end = at + there.nodeSize;
  if (!words) takeOut(tr, at, end, id, by);
  else tr.insert(takeOut(tr, at + 1, end - 1, id, by).end, words);
  return tr;
}

// What a footnote says if what is suggested of it is accepted.
export const remaining = (note) => textsOf(note).filter((node) => !deletion.isInSet(node.marks)).map((node) => node.text).join("");

// Whether a whole footnote is only suggested, or is to go: the mark of all its words.
export function fate(note) {
  const texts = textsOf(note);
  return [deletion, insertion].find((type) => texts.length && texts.every((node) => type.isInSet(node.marks))) ?? null;
}

// --- What stands in the text, and what becomes of it -----------------------------------------------------------------------

// `note` says how the words of a footnote are told from others.
export function suggested(doc, note) {
  const found = new Map();
  doc.descendants((node, at, parent) => {
    const inNote = parent.type === footnote;
    for (const mark of node.marks) {
      if (mark.type !== insertion && mark.type !== deletion) continue;
      const one = found.get(mark.attrs.id) ?? { id: mark.attrs.id, by: mark.attrs.by, at: inNote ? doc.resolve(at).before() : at + 1, taken: "", added: "" };
      one[mark.type === insertion ? "added" : "taken"] += inNote ? note(node.text) : node.text ?? "";
      found.set(mark.attrs.id, one);
    }
    return true;
  });
  return [...found.values()];
}

// Accept or reject suggestions by their ids, as one step that can be undone as one.
export function settle(view, ids, accepted) {
  const tr = atOnce(view.state.tr, view.state);
  const gone = [];
  const concerned = (node) => node.marks.filter(({ type, attrs }) => (type === insertion || type === deletion) && ids.includes(attrs.id));
  const goes = ({ type }) => (type === insertion) !== accepted;
  view.state.doc.descendants((node, at, parent) => {
    const end = at + node.nodeSize;
    const texts = node.type === footnote ? textsOf(node) : [];
    if (texts.length && texts.every((text) => concerned(text).some(goes))) {
      gone.push([at, end]);
      return false;
    }
    for (const mark of concerned(node)) {
      if (goes(mark)) gone.push([at, end]);
      else {
        tr.removeMark(tr.mapping.map(at), tr.mapping.map(end), mark);
        if (accepted && !parent.type.spec.code) lines(tr, node, at);
      }
    }
    return true;
  });
  // Between two words that go, a break, which carries no mark, goes with them.
  for (let at = gone.length - 1; at > 0; at -= 1) {
    const [[, end], [start]] = [gone[at - 1], gone[at]];
    const [one, other] = [view.state.doc.resolve(end), view.state.doc.resolve(start)];
    if (one.sameParent(other) && !view.state.doc.textBetween(end, start).length) gone.splice(at - 1, 2, [gone[at - 1][0], gone[at][1]]);
  }
  for (const [from, to] of gone) {
    const at = [tr.mapping.map(from, 1), tr.mapping.map(to, -1)];
    if (at[0] < at[1]) tr.delete(...at);
  }
  if (tr.docChanged) view.dispatch(tr);
}

// The signs for new lines become breaks.
function lines(tr, node, at) {
  for (let index = node.text.length - 1; index >= 0; index -= 1) {
    const place = at + index;
    if (node.text[index] === RETURN) tr.replaceWith(tr.mapping.map(place, 1), tr.mapping.map(place + 1, -1), schema.nodes.hard_break.create());
  }
}
