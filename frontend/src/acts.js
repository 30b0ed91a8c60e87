// What the buttons of the toolbar do, and whether each is on or can be done now: commands of the editor under their names.
import { lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { liftListItem, wrapInList } from "prosemirror-schema-list";
import { TextSelection } from "prosemirror-state";
import * as tables from "prosemirror-tables";
import { redoCommand, undoCommand } from "y-prosemirror";

import { schema } from "./schema.js";
import { isSuggesting } from "./suggestions.js";

const { nodes, marks } = schema;

export function around(state, type) {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type === type) return { node: $from.node(depth), at: $from.before(depth), depth };
  return null;
}

export function hasMark(state, type) {
  const { from, to, empty, $from } = state.selection;
  return empty ? Boolean(type.isInSet(state.storedMarks ?? $from.marks())) : state.doc.rangeHasMark(from, to, type);
}

function list(type) {
  const other = type === nodes.bullet_list ? nodes.ordered_list : nodes.bullet_list;
  return (state, dispatch) => {
    const { $from } = state.selection;
    for (let depth = $from.depth; depth > 0; depth -= 1) {
      const node = $from.node(depth);
      if (node.type === type) return liftListItem(nodes.list_item)(state, dispatch);
      if (node.type === other) {
        dispatch?.(state.tr.setNodeMarkup($from.before(depth), type));
        return true;
      }
    }
    return wrapInList(type)(state, dispatch);
  };
}

function quote(state, dispatch) {
  return around(state, nodes.blockquote) ? lift(state, dispatch) : wrapIn(nodes.blockquote)(state, dispatch);
}

function insertTable(state, dispatch) {
  if (tables.isInTable(state) || around(state, nodes.code_block)) return false;
  if (dispatch) {
    const row = (type) => nodes.table_row.create(null, [1, 2, 3].map(() => type.createAndFill()));
    const table = nodes.table.create(null, [row(nodes.table_header), row(nodes.table_cell), row(nodes.table_cell)]);
    const { $from } = state.selection;
    // A line above a table at the very beginning is left, to write there.
    const isEmpty = $from.parent.type === nodes.paragraph && !$from.parent.content.size && $from.depth === 1 && $from.before() > 0;
    const tr = isEmpty ? state.tr.replaceWith($from.before(), $from.after(), table) : state.tr.insert($from.after(1), table);
    const at = isEmpty ? $from.before() : $from.after(1);
    // Below a table at the end of the page one must be able to go on.
    if (at + table.nodeSize === tr.doc.content.size) tr.insert(at + table.nodeSize, nodes.paragraph.create());
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(at + 3))).scrollIntoView());
  }
  return true;
}

function rule(state, dispatch) {
  dispatch?.(state.tr.replaceSelectionWith(nodes.horizontal_rule.create()).scrollIntoView());
  return true;
}

export const commands = {
  undo: undoCommand, redo: redoCommand,
  strong: toggleMark(marks.strong), em: toggleMark(marks.em), code: toggleMark(marks.code),
  bullet: list(nodes.bullet_list), ordered: list(nodes.ordered_list), quote, rule,
  table: insertTable,
  "row-before": tables.addRowBefore, "row-after": tables.addRowAfter, "row-delete": tables.deleteRow,
  "column-before": tables.addColumnBefore, "column-after": tables.addColumnAfter, "column-delete": tables.deleteColumn,
  "header-row": tables.toggleHeaderRow, merge: tables.mergeCells, split: tables.splitCell, "table-delete": tables.deleteTable,
};

export const pressed = {
  strong: (state) => hasMark(state, marks.strong), em: (state) => hasMark(state, marks.em), code: (state) => hasMark(state, marks.code),
  link: (state) => hasMark(state, marks.link),
  bullet: (state) => Boolean(around(state, nodes.bullet_list)), ordered: (state) => Boolean(around(state, nodes.ordered_list)),
  quote: (state) => Boolean(around(state, nodes.blockquote)),
  suggesting: isSuggesting,
};

// What is no matter of words cannot be suggested.
export const DIRECT = new Set(["bullet", "ordered", "quote", "rule", "table", "menu-table", ...Object.keys(commands).filter((name) => /^(row|column|header|merge|split|table)/u.test(name))]);

export const styles = {
  paragraph: setBlockType(nodes.paragraph),
  ...Object.fromEntries([1, 2, 3, 4].map((level) => [`heading-${level}`, setBlockType(nodes.heading, { level })])),
  code_block: setBlockType(nodes.code_block),
};

export function styleOf(state) {
  const { parent } = state.selection.$from;
  return parent.type === nodes.heading ? `heading-${parent.attrs.level}` : parent.type.name;
}
