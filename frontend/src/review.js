// The suggestions of the page in a list: who would write what, with what to do about each.
import { TextSelection } from "prosemirror-state";

import { settle, suggested } from "./suggestions.js";

export class Review {
  constructor({ beside, view, words, me, can, people, awareness, wonder }) {
    Object.assign(this, { view, words, me, can, people, awareness, wonder });
    this.section = beside.querySelector("[data-proposed]");
    this.list = this.section.querySelector("[data-list]");
    this.template = document.querySelector("template[data-suggestion]");
    this.section.addEventListener("click", (event) => this.act(event));
    this.shown = null;
  }

  name(by) {
    if (by === this.me) return this.words.you;
    const here = [...this.awareness.getStates().values()].find(({ user }) => String(user?.id) === by);
    const name = this.people().get(by) ?? here?.user.name;
    if (!name) this.wonder();
    return name ?? this.words.somebody;
  }

  update() {
    // Nothing is compared word by word while one types elsewhere: the same document has the same suggestions.
    if (this.doc === this.view.state.doc && this.writes === this.can.write() && this.known === this.people().size) return;
    Object.assign(this, { doc: this.view.state.doc, writes: this.can.write(), known: this.people().size });
    const all = suggested(this.doc, (text) => ` [${this.words.footnote.replace("TEXT", () => text)}] `);
    this.all = all;
    const text = JSON.stringify([all.map(({ id, by, taken, added }) => [id, this.name(by), taken, added]), this.writes]);
    if (text === this.shown) return;
    this.shown = text;
    this.section.hidden = !all.length;
    this.section.querySelector("[data-all]").hidden = !this.writes || all.length < 2;
    this.list.replaceChildren(...all.map((one) => this.item(one)));
  }

  item({ id, by, taken, added }) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.id = id;
    item.querySelector("[data-who]").textContent = this.name(by);
    for (const [place, text] of [["del", taken], ["ins", added]]) {
      const part = item.querySelector(place);
      part.hidden = !text;
      part.querySelector("[data-words-of]").textContent = text.length > 160 ? `${text.slice(0, 160)}…` : text;
    }
    for (const button of item.querySelectorAll("[data-settle]")) {
      button.hidden = !this.writes;
      button.setAttribute("aria-label", `${button.textContent.trim()}: ${(added || taken).slice(0, 60)}`);
    }
    return item;
  }

  act(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const id = button.closest("[data-id]")?.dataset.id;
    const one = this.all.find((each) => each.id === id);
    if (button.dataset.show !== undefined && one) {
      this.view.dispatch(this.view.state.tr.setSelection(TextSelection.near(this.view.state.doc.resolve(one.at))).scrollIntoView());
      this.view.focus();
    } else if (button.dataset.settle && this.can.write()) {
      settle(this.view, id ? [id] : this.all.map((each) => each.id), button.dataset.settle === "accept");
      // The button is gone with its suggestion: the next one, or the text.
      (this.list.querySelector("[data-settle]") ?? this.view).focus();
    }
  }
}
