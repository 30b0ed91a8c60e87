// What the server did not take. It is never sent again; its words stand above the page, in this tab, until they are put away.
import * as Y from "yjs";
import * as kept from "../../static/js/kept.js";

export class Refused {
  constructor({ root, place, say }) {
    this.place = place;
    this.root = root;
    this.panel = root.querySelector("[data-refusal]");
    const [words, copy, again, away] = ["words", "copy", "again", "away"].map((name) => this.panel.querySelector(`[data-refusal-${name}]`));
    Object.assign(this, { words, again, away });
    copy.addEventListener("click", async () => {
      words.select();
      try { await navigator.clipboard.writeText(words.value); } catch { document.execCommand("copy"); }
      say(copy.dataset.done);
    });
    again.addEventListener("click", () => location.reload());
    away.addEventListener("click", () => this.drop());
    this.show();
  }

  show() {
    this.words.value = kept.read(this.place) ?? "";
    this.panel.hidden = !this.words.value;
  }

  // From now on nothing more can be written before the page is loaded again: what would be written goes on from what was refused.
  take(doc, update) {
    const words = [kept.read(this.place), wordsOf(doc, update)].filter(Boolean).join("\n\n");
    if (!words) return false;
    kept.write(this.place, words);
    this.show();
    if (this.root.hidden) this.root.before(this.panel); // somebody has begun in the plain form, and stays there
    this.words.value = words; // also where nothing can be kept
    this.panel.hidden = false;
    this.again.hidden = false;
    this.away.hidden = true;
    return true;
  }

  drop() {
    kept.drop(this.place);
    this.show();
  }
}

// The words of a change as they stand in the document, a line for each paragraph; dots where others stand between them.
export function wordsOf(doc, update) {
  const spans = new Map();
  for (const part of Y.decodeUpdate(update).structs) {
    if (!(part instanceof Y.Item)) continue;
    const { client, clock } = part.id;
    if (!spans.has(client)) spans.set(client, []);
    spans.get(client).push([clock, clock + part.length]);
  }
  const lines = [];
  const walk = (type) => {
    let line = "";
    let isApart = false;
    for (let item = type._start; item; item = item.right) {
      if (item.deleted) continue;
      if (item.content instanceof Y.ContentType) walk(item.content.type);
      if (!(item.content instanceof Y.ContentString)) continue;
      const { client, clock } = item.id;
      const said = item.content.str;
      for (let at = 0; at < said.length; at++) {
        if (!spans.get(client)?.some(([from, to]) => from <= clock + at && clock + at < to)) isApart = Boolean(line);
        else {
          line += (isApart ? " … " : "") + said[at];
          isApart = false;
        }
      }
    }
    if (line.trim()) lines.push(line.trim());
  };
  walk(doc.getXmlFragment("page"));
  return lines.join("\n");
}
