// Keys, and what is made of signs while one types: "# " a heading, "- " a list, **bold** and the like.
import { baseKeymap, chainCommands, exitCode, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { InputRule, inputRules, textblockTypeInputRule, undoInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { TextSelection } from "prosemirror-state";
import { addRowAfter, goToNextCell, isInTable } from "prosemirror-tables";
import { redoCommand, undoCommand } from "y-prosemirror";

import { schema } from "./schema.js";

const { nodes, marks } = schema;

// --- Signs ------------------------------------------------------------------------------------------------------------------

// **bold**, *italic*, `code`: the signs go, what they enclose is marked. None of it where the text is code.
function marking(pattern, mark) {
  return new InputRule(pattern, (state, match, start, end) => {
    const [whole, before, text] = match;
    const from = start + before.length;
    const sign = (whole.length - before.length - text.length + 1) >> 1;
    if (state.doc.rangeHasMark(from, end, marks.code) || !state.doc.resolve(from).parent.type.allowsMarkType(mark)) return null;
    const { tr } = state;
    const textStart = from + sign;
    const textEnd = textStart + text.length;
    if (textEnd < end) tr.delete(textEnd, end);
    tr.delete(from, textStart);
    tr.addMark(from, from + text.length, mark.create());
    return tr.removeStoredMark(mark);
  });
}

const rule = new InputRule(/^(?:---|___)$/u, (state, _match, start, end) => {
  const at = state.doc.resolve(start);
  if (at.parent.type !== nodes.paragraph) return null;
  const tr = state.tr.replaceWith(at.before(), at.before() + (end - start) + 2, [nodes.horizontal_rule.create(), nodes.paragraph.create()]);
  return tr.setSelection(TextSelection.near(tr.doc.resolve(at.before() + 2)));
});

export const signs = inputRules({
  rules: [
    textblockTypeInputRule(/^(#{1,4})\s$/u, nodes.heading, (match) => ({ level: match[1].length })),
    textblockTypeInputRule(/^```$/u, nodes.code_block),
    wrappingInputRule(/^\s*([-+*])\s$/u, nodes.bullet_list),
    wrappingInputRule(/^(\d+)\.\s$/u, nodes.ordered_list, (match) => ({ order: Number(match[1]) }), (match, node) => node.childCount + node.attrs.order === Number(match[1])),
    wrappingInputRule(/^\s*>\s$/u, nodes.blockquote),
    rule,
    marking(/(^|[^*])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/u, marks.strong),
    marking(/(^|[^*\p{L}\p{N}])\*([^*\s](?:[^*]*[^*\s])?)\*$/u, marks.em),
    marking(/(^|[^`])`([^`]+)`$/u, marks.code),
  ],
});

// --- Keys -------------------------------------------------------------------------------------------------------------------

// Tab goes through the cells of a table; past the last one a row is added.
function nextCell(state, dispatch, view) {
  if (!isInTable(state)) return false;
  if (goToNextCell(1)(state, dispatch)) return true;
  if (dispatch) {
    addRowAfter(state, dispatch);
    goToNextCell(1)(view.state, view.dispatch);
  }
  return true;
}

// Out of a table, to a paragraph below it.
function belowTable(state, dispatch) {
  const { $head } = state.selection;
  for (let depth = $head.depth; depth > 0; depth -= 1) {
    if ($head.node(depth).type !== nodes.table) continue;
    const after = $head.after(depth);
    if (dispatch) {
      const { tr } = state;
      if (!tr.doc.resolve(after).nodeAfter?.isTextblock) tr.insert(after, nodes.paragraph.create());
      dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(after + 1))).scrollIntoView());
    }
    return true;
  }
  return false;
}

const breakLine = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
});

export function keys(acts) {
  const headings = Object.fromEntries([1, 2, 3, 4].map((level) => [`Mod-Alt-${level}`, setBlockType(nodes.heading, { level })]));
  return [
    keymap({
      "Mod-z": undoCommand, "Mod-y": redoCommand, "Mod-Shift-z": redoCommand,
      "Mod-b": toggleMark(marks.strong), "Mod-i": toggleMark(marks.em), "Mod-e": toggleMark(marks.code),
      "Mod-k": acts.link, "Mod-Alt-f": acts.footnote, "Mod-Alt-m": acts.comment, "Mod-Alt-s": acts.suggesting, "Alt-F10": acts.toolbar,
      "Mod-Alt-0": setBlockType(nodes.paragraph), ...headings,
      "Mod-Shift-7": wrapInList(nodes.ordered_list), "Mod-Shift-8": wrapInList(nodes.bullet_list), "Mod-Shift-9": wrapIn(nodes.blockquote),
      "Shift-Enter": breakLine, "Mod-Enter": chainCommands(belowTable, breakLine),
      Enter: splitListItem(nodes.list_item),
      Tab: chainCommands(nextCell, sinkListItem(nodes.list_item)),
      "Shift-Tab": chainCommands(goToNextCell(-1), liftListItem(nodes.list_item)),
      Backspace: undoInputRule,
    }),
    keymap(baseKeymap),
  ];
}
