// What was on its way when the page was closed: offered again, to be chosen anew, because a page may not open files by itself.

import { bytes } from "../bytes.js";

export class Unfinished {
  // `row` makes a row of the list; `forget` tells the server that nobody goes on with an upload.
  constructor({ queue, row, word, forget }) {
    Object.assign(this, { queue, row, word, forget });
    this.left = [];
  }

  async show() {
    let answer;
    try {
      const response = await fetch(this.queue.start, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      answer = await response.json();
    } catch { return; /* the next opening of the page offers it */ }
    const id = (value) => (value ? String(value) : null);
    for (const one of answer.uploads) {
      const here = this.queue.document ? id(one.document) === this.queue.document : !one.document;
      if (here && !this.queue.uploads.some((upload) => upload.key === one.key)) this.add(one);
    }
    this.queue.list.hidden = !this.queue.list.children.length;
  }

  add(one) {
    const row = this.row();
    row.querySelector("[data-name]").textContent = one.name;
    row.querySelector("[data-size]").textContent = bytes(one.size);
    row.querySelector("progress").value = (100 * one.received) / one.size;
    row.querySelector("progress").setAttribute("aria-label", one.name);
    row.querySelector("[data-text]").textContent = this.word("again");
    const left = { ...one, row };
    row.querySelector("[data-cancel]").addEventListener("click", () => { this.forget(one.key); this.remove(left); });
    this.left.push(left);
    this.queue.list.append(row);
  }

  remove(left) {
    left.row.remove();
    this.left = this.left.filter((one) => one !== left);
    this.queue.list.hidden = !this.queue.list.children.length;
  }

  // The key under which a file goes on that is chosen again.
  keyOf(file) {
    const found = this.left.find((one) => one.name === file.name.normalize("NFC") && one.size === file.size);
    if (found) this.remove(found);
    return found?.key;
  }
}
