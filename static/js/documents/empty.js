// A folder without a file that was dropped with others: it is made, and has a row among what is on its way.

import { ask, Refused } from "./transfer.js";

export class EmptyFolder {
  constructor({ queue, path, word }) {
    Object.assign(this, { queue, path, word });
    this.row = document.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    this.part("name").textContent = `${path.join("/")}/`;
    this.row.querySelector("progress").remove();
    this.part("retry").addEventListener("click", () => this.queue.add(this));
    this.part("cancel").addEventListener("click", () => { this.stop?.abort(); this.queue.drop(this); });
  }

  part(name) { return this.row.querySelector(`[data-${name}]`); }
  say(name, text = this.word(name)) { this.part("text").textContent = text; }
  offer(...names) { for (const name of ["retry", "open", "cancel"]) this.part(name).hidden = !names.includes(name); }

  async run() {
    this.stop = new AbortController();
    this.row.classList.remove("is-failed");
    this.offer("cancel");
    this.say("sending");
    const { start, token, folder, capacity } = this.queue;
    try {
      const { url } = await ask("POST", `${start}folders/`, { token, json: { folder, path: this.path, as: capacity }, signal: this.stop.signal });
      this.row.classList.add("is-done");
      this.url_of_document = this.part("open").href = url;
      this.offer("open");
      this.say("done");
    } catch (error) {
      if (this.stop.signal.aborted) return;
      this.row.classList.add("is-failed");
      this.say(error instanceof Refused && [403, 404].includes(error.status) ? "gone" : "failed", error.message && error instanceof Refused ? error.message : undefined);
      this.offer("retry", "cancel");
    }
  }
}
