// What a page may hold. The names are those of the stored document: the server reads them too, so none is changed lightly. What
// this forbids is taken out of the shared document by whoever opens it: nothing that the server writes may be forbidden.
import { Fragment, Schema, Slice } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { tableEditing, tableNodes } from "prosemirror-tables";

const inSuggestions = ["comment", "insertion", "deletion"];

const nodes = {
  doc: { content: "block+" },
  paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }], toDOM: () => ["p", { dir: "auto" }, 0] },
  // The page has its own first heading: those of the text begin below it.
  heading: {
    attrs: { level: { default: 1 } },
    content: "inline*", group: "block", defining: true,
    parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({
      tag: `h${level}`,
      getAttrs: (dom) => ({ level: Number(dom.dataset.level) || Math.min(level, 4) }),
    })),
    toDOM: (node) => [`h${node.attrs.level + 1}`, { dir: "auto", "data-level": node.attrs.level }, 0],
  },
  bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", { dir: "auto" }, 0] },
  ordered_list: {
    attrs: { order: { default: 1 } },
    content: "list_item+", group: "block",
    parseDOM: [{ tag: "ol", getAttrs: (dom) => ({ order: dom.hasAttribute("start") ? dom.start : 1 }) }],
    toDOM: (node) => ["ol", { dir: "auto", start: node.attrs.order === 1 ? null : node.attrs.order }, 0],
  },
  list_item: { content: "block+", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
  blockquote: { content: "block+", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", { dir: "auto" }, 0] },
  code_block: {
    content: "text*", marks: inSuggestions.join(" "), group: "block", code: true, defining: true,
    parseDOM: [{ tag: "pre", preserveWhitespace: "full" }],
    toDOM: () => ["pre", ["code", 0]],
  },
  horizontal_rule: { group: "block", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
  ...tableNodes({ tableGroup: "block", cellContent: "block+", cellAttributes: {} }),
  hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  // A number in the text; what it says is read and changed in a small window, and stands in a list below the page.
  footnote: {
    content: "(text | hard_break)*", group: "inline", inline: true, atom: true,
    parseDOM: [{ tag: "span.footnote" }],
    toDOM: () => ["span", { class: "footnote" }, 0],
  },
  text: { group: "inline" },
};

const SAFE = /^(https?:|mailto:|tel:|\/(?!\/)|#)/iu;
export const isSafe = (href) => SAFE.test(href);

const suggested = (tag, name) => ({
  attrs: { id: {}, by: { default: "" } },
  inclusive: false,
  parseDOM: [{ tag: `${tag}[data-suggestion]`, getAttrs: ({ dataset }) => ({ id: dataset.suggestion, by: dataset.by ?? "" }) }],
  toDOM: (mark) => [tag, { class: `suggested suggested--${name}`, "data-suggestion": mark.attrs.id, "data-by": mark.attrs.by }, 0],
});

// Styles in what is pasted mean nothing here, and the policy of the site would complain of each: they are read as plain data.
export const unstyled = (html) => html.replace(/(<[^>]*?\s)style(\s*=)/giu, "$1data-look$2");

const marks = {
  link: {
    attrs: { href: {} },
    inclusive: false,
    parseDOM: [{ tag: "a[href]", getAttrs: (dom) => isSafe(dom.getAttribute("href")) && { href: dom.getAttribute("href") } }],
    toDOM: (mark) => ["a", { href: isSafe(mark.attrs.href) ? mark.attrs.href : "#", rel: "noopener noreferrer nofollow" }, 0],
  },
  strong: {
    parseDOM: [{ tag: "strong" }, { tag: "b", getAttrs: (dom) => !/font-weight:\s*normal/u.test(dom.dataset.look ?? "") && null }],
    toDOM: () => ["strong", 0],
  },
  em: { parseDOM: [{ tag: "em" }, { tag: "i", getAttrs: (dom) => !/font-style:\s*normal/u.test(dom.dataset.look ?? "") && null }], toDOM: () => ["em", 0] },
  code: { parseDOM: [{ tag: "code" }], toDOM: () => ["code", 0] },
  comment: {
    attrs: { id: {} },
    inclusive: false,
    parseDOM: [{ tag: "span[data-comment]", getAttrs: ({ dataset }) => ({ id: dataset.comment }) }],
    toDOM: (mark) => ["span", { class: "commented", "data-comment": mark.attrs.id }, 0],
  },
  insertion: suggested("ins", "in"),
  deletion: suggested("del", "out"),
};

export const schema = new Schema({ nodes, marks });

// What is pasted brings words along, not what was said or suggested of them elsewhere.
export function unmarked(slice) {
  const bareOf = (fragment) => {
    const found = [];
    fragment.forEach((node) => {
      const marks = node.marks.filter(({ type }) => !inSuggestions.includes(type.name));
      found.push((node.isText ? node : node.copy(bareOf(node.content))).mark(marks));
    });
    return Fragment.from(found);
  };
  return new Slice(bareOf(slice.content), slice.openStart, slice.openEnd);
}

// Cells are selected by dragging, or with Shift and an arrow. Tables are not mended here, as they would be otherwise: everybody who
// is in the page would mend the same one at once, each adding a cell of their own.
export function cellSelection() {
  const { appendTransaction: _mending, ...spec } = tableEditing().spec;
  return new Plugin(spec);
}

// Breaks and footnotes carry no marks in the shared document: here neither, so that everybody sees the same.
export const bare = new Plugin({
  appendTransaction(transactions, _before, state) {
    if (!transactions.some((tr) => tr.docChanged)) return null;
    const { tr } = state;
    state.doc.descendants((node, at) => {
      if (node.isInline && !node.isText) for (const mark of node.marks) tr.removeNodeMark(at, mark);
    });
    return tr.docChanged ? tr : null;
  },
});
