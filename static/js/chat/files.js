// Documents in a message. A picture is loaded when it is asked for, never by itself.

import { bytes } from "../bytes.js";
import { comma } from "../comma.js";

export class Files {
  constructor({ box, words }) {
    this.words = words;
    this.template = document.getElementById("file-template").content.firstElementChild;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-picture]");
      if (button) this.toggle(button);
    });
    for (const item of box.querySelectorAll("[data-bytes]")) this.offer(item);
  }

  // Write under the message what it carries.
  put(node, files = []) {
    node.querySelector(".msg__files")?.remove();
    if (!files.length) return;
    const list = document.createElement("ul");
    list.className = "msg__files";
    list.append(...files.map((file) => this.item(file)));
    node.querySelector(".msg__state").before(list);
  }

  item({ name, type, size, url, image, bytes: source }) {
    const item = this.template.cloneNode(true);
    const link = item.querySelector("a");
    if (!name) {
      const absent = document.createElement("span");
      absent.className = "soft";
      absent.textContent = this.words.absent;
      link.replaceWith(absent);
      return item;
    }
    link.textContent = name;
    if (url) link.href = url;
    if (size) item.querySelector(".meta").textContent = [type, bytes(size)].filter(Boolean).join(comma);
    if (image) {
      const use = item.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace("#document", "#image"));
      item.dataset.bytes = source;
      this.offer(item);
    }
    return item;
  }

  offer(item) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--quiet btn--small";
    button.dataset.picture = "";
    button.ariaExpanded = "false";
    button.append(this.words.show);
    item.append(button);
  }

  toggle(button) {
    const item = button.closest("[data-bytes]");
    const shown = item.querySelector("img, .file__failed");
    button.ariaExpanded = String(!shown);
    button.textContent = shown ? this.words.show : this.words.hide;
    if (shown) return shown.remove();
    const picture = document.createElement("img");
    picture.className = "file__picture";
    picture.loading = "lazy";
    picture.alt = item.querySelector("a").textContent;
    picture.addEventListener("error", () => {
      const failed = document.createElement("p");
      failed.className = "file__failed soft";
      failed.setAttribute("role", "alert");
      failed.textContent = this.words.unshown;
      picture.replaceWith(failed);
    });
    picture.addEventListener("load", () => picture.scrollIntoView({ block: "nearest" }));
    picture.src = item.dataset.bytes;
    item.append(picture);
  }
}
