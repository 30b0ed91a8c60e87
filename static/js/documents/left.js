// What could not be taken of what was dropped or chosen: a row that says so, with nothing to be done but to put it away.

export class Left {
  constructor({ queue, path, trouble, word }) {
    this.row = document.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    this.row.classList.add("is-failed");
    this.row.querySelector("[data-name]").textContent = path.join("/");
    this.row.querySelector("progress").remove();
    this.row.querySelector("[data-text]").textContent = queue.status.textContent = word(trouble);
    this.row.querySelector("[data-cancel]").addEventListener("click", () => queue.drop(this));
  }
}
