// A page that several people write at once. Without this bundle, or while the socket cannot be reached, the plain form stays.
import { gapCursor } from "prosemirror-gapcursor";
import { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { yCursorPlugin, ySyncPlugin, yUndoPlugin } from "y-prosemirror";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

import { Comments, settledPassages } from "./comments.js";
import { Company, cursorBuilder, fits, ofOthers, selectionBuilder } from "./company.js";
import { Connection, SIGNED_OUT } from "./connection.js";
import { keys, signs } from "./keys.js";
import { Refused } from "./refused.js";
import { Review } from "./review.js";
import { bare, cellSelection, schema, unmarked, unstyled } from "./schema.js";
import { isSuggesting, setSuggesting, suggest, suggestions } from "./suggestions.js";
import { Toolbar } from "./toolbar.js";
import { waiting } from "./waiting.js";
import { footnotes, windows } from "./windows.js";

const root = document.getElementById("page-editor");
if (root) begin(root);

function begin(root) {
  const { data, words } = { data: root.dataset, words: root.querySelector("[data-words]").dataset };
  const plain = document.querySelector("[data-plain]");
  const me = data.user;
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const state = root.querySelector("[data-state]");
  const beside = document.querySelector("[data-beside]");
  const net = root.querySelector("[data-net]");
  const voice = root.querySelector("[data-say]");
  const can = { write: () => data.canWrite === "1", comment: () => data.canComment === "1" };
  const say = (text) => { voice.textContent = text; };
  const refused = new Refused({ root, place: `refused:${location.pathname}`, say });
  let editor = null;
  // Somebody who has begun to write in the plain form stays there: nothing is taken out from under their hands. What they wrote
  // here before, and the server has not yet kept, still goes to it; then the line ends.
  let isTouched = Boolean(plain?.hasAttribute("data-refused"));
  plain?.addEventListener("input", () => { isTouched = true; }, { once: true });
  awareness.setLocalStateField("user", { id: me, name: data.name, color: data.colour });

  const connection = new Connection({
    url: new URL(data.socket, location.href.replace(/^http/u, "ws")).href,
    doc, awareness, kept: waiting(`page:${location.pathname}`), writes: can.write,
    on: {
      synced() {
        net.hidden = true;
        if (!editor && !isTouched) editor = open();
      },
      lost(code) {
        if (code === SIGNED_OUT) leave(words.signedOut, { keeps: true });
        else if (editor) tell(words.offline);
      },
      state(what) {
        if (what === "saved" && isTouched && !editor) return connection.end();
        root.dataset.connection = what;
        state.textContent = what === "offline" ? words.kept : can.write() ? words[what] : words.live;
      },
      denied(reason, update) {
        if (reason === "gone") {
          refused.drop();
          return leave(words.gone);
        }
        if (reason === "read-only" || update) stop();
        if (update) {
          root.dataset.connection = "refused";
          state.textContent = words.notSaved;
          refused.take(doc, update);
        }
        if (reason === "read-only") return tell(update ? `${words.readOnly} ${words.notSaved}` : words.readOnly);
        return tell(reason === "too-large" ? words.tooLarge : words.refused);
      },
    },
  });

  function tell(text) {
    net.hidden = false;
    net.querySelector("[data-net-text]").textContent = text;
  }

  function stop() {
    data.canWrite = data.canComment = "0";
    editor?.view.setProps({ editable: can.write });
    editor?.update();
  }

  // Whoever may no longer see the page keeps nothing of it.
  function leave(text, how) {
    connection.end(how);
    editor?.view.destroy();
    tell(text);
    root.replaceChildren(net);
    root.hidden = false;
    plain?.remove();
    beside.remove();
    net.focus();
  }

  function open() {
    if (plain) plain.hidden = true;
    root.hidden = false;
    const fragment = doc.getXmlFragment("page");
    const dialogs = windows(root, me);
    const suggesting = (_state, dispatch, view) => {
      if (!can.write()) return false;
      if (dispatch) {
        setSuggesting(view, !isSuggesting(view.state));
        say(isSuggesting(view.state) ? words.suggestingOn : words.suggestingOff);
      }
      return true;
    };
    const acts = {
      ...dialogs, suggesting,
      comment: (now, dispatch) => can.comment() && Boolean(comments.begin(now, dispatch)),
      toolbar: () => toolbar.focus(),
    };
    const plugins = [
      ySyncPlugin(fragment),
      yCursorPlugin(ofOthers(awareness), { cursorBuilder: cursorBuilder(words), selectionBuilder, awarenessStateFilter: fits }),
      yUndoPlugin(),
      suggestions(), signs, ...keys(acts), bare, gapCursor(), cellSelection(),
      footnotes({ root, words, open: dialogs.openFootnote }), settledPassages(),
    ];
    // The view draws the shared document while it is made: what stands around it is told of that afterwards.
    let parts = [];
    const update = () => { for (const part of parts) part.update(); };
    const view = new EditorView(root.querySelector("[data-text]"), {
      state: EditorState.create({ schema, plugins }),
      editable: can.write,
      transformPastedHTML: unstyled,
      transformPasted: unmarked,
      attributes: {
        role: "textbox", "aria-multiline": "true", "aria-label": words.text, "aria-describedby": "page-keys", class: "prose write__text", translate: "no",
      },
      dispatchTransaction(tr) {
        const done = suggest(tr, this.state, me);
        if (!done) say(words.wordsOnly);
        this.updateState(done ? this.state.apply(done) : this.state);
        update();
      },
    });
    const comments = new Comments({ beside, view, words, data, can, say, on: { known: () => update() } });
    const toolbar = new Toolbar({ root, view, acts, can });
    const review = new Review({ beside, view, words, me, can, people: () => comments.people, awareness, wonder: () => comments.wonder() });
    parts = [toolbar, review, comments];
    new Company({ root, awareness, words, say });
    update();
    return { view, update };
  }

  connection.start();
}
