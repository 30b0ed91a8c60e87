// What one does with posts: their menu, signs given in place, and quoting.
import { Popover } from "./popover.js";

// `More` leads to a page of its own; here its lines come into one popover, asked for when it is opened.
export function menus(posts, send) {
  const box = document.getElementById("post-menu");
  if (!box) return;
  const menu = new Popover(box);
  posts.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${link.href}?menu=1`);
      if (!answer.ok) throw new Error(String(answer.status));
      box.innerHTML = await answer.text();  // our own template
      menu.open(link);
    } catch {
      location.assign(link.href);
    } finally {
      link.removeAttribute("aria-busy");
    }
  });
  // A sign is given or taken back in place; the post then shows its signs as they are.
  const show = async (form, button) => {
    const number = form.dataset.react ?? button.closest(".post").dataset.number;
    const answer = await send(button.hasAttribute("formaction") ? button.formAction : form.action, { [button.name]: button.value, script: "1" });
    if (answer.status !== 200) throw new Error(String(answer.status));
    const post = document.getElementById(`post-${number}`);
    const shown = document.createElement("template");
    shown.innerHTML = await answer.text();  // our own markup
    const signs = shown.content.firstElementChild;
    const before = post.querySelector(".post__signs");
    if (before) before.replaceWith(signs);
    else post.querySelector(".post__acts").before(signs);
    if (!signs.children.length) signs.remove();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("#acts, [data-react]") || !event.submitter) return;
    event.preventDefault();
    const button = event.submitter;
    const within = box.contains(button);
    const post = button.closest(".post");
    show(form, button)
      .then(() => { if (within) menu.close(); else post.querySelector(`.sign[value="${button.value}"], [data-more]`)?.focus(); })
      .catch(() => location.reload());
  }, { capture: true });
  box.addEventListener("click", async (event) => {
    const quoting = event.target.closest("[data-act=quote]");
    if (quoting && !event.ctrlKey && !event.metaKey && !event.shiftKey && document.querySelector("[data-composer] [data-body]")) {
      event.preventDefault();
      const answer = await fetch(`${menu.anchor.href}?quote=1`).catch(() => null);
      if (!answer?.ok) { location.assign(quoting.href); return; }
      box.hidePopover();
      insertQuote(await answer.text());
    }
  });
  box.addEventListener("click", async (event) => {
    const line = event.target.closest("[data-act=copy]");
    if (!line || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(line.href);
    } catch {
      location.assign(menu.anchor.href);
      return;
    }
    line.querySelector("span").textContent = box.dataset.copied;
    setTimeout(() => menu.close(), 700);
  });
}

// What is quoted comes to the end of what is being written, and the cursor below it.
function insertQuote(words) {
  const text = document.querySelector("[data-composer] [data-body]");
  if (!text) return;
  const before = text.value.trimEnd();
  text.value = before ? `${before}\n\n${words}` : words;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
  text.scrollIntoView({ block: "center" });
}

// Selecting words of one post offers to quote them.
export function quoting(posts) {
  const offer = document.querySelector("[data-quote-selection]");
  if (!offer) return;
  const chosen = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const at = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".post__body");
    const body = at(range.startContainer);
    const words = selection.toString().trim();
    return body && body === at(range.endContainer) && words ? { number: body.closest(".post").dataset.number, words, range } : null;
  };
  document.addEventListener("selectionchange", () => {
    const found = chosen();
    offer.hidden = !found;
    if (!found) return;
    const place = found.range.getBoundingClientRect();
    offer.style.insetBlockStart = `${place.bottom + scrollY + 6}px`;
    const start = document.documentElement.dir === "rtl" ? innerWidth - place.right : place.left;
    offer.style.insetInlineStart = `${Math.max(4, Math.min(start + scrollX, innerWidth - 120))}px`;
  });
  offer.addEventListener("pointerdown", (event) => event.preventDefault());  // the selection stays
  offer.addEventListener("click", () => {
    const found = chosen();
    if (!found) return;
    insertQuote(`> #${found.number}\n${found.words.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`);
    getSelection().removeAllRanges();
  });
}
