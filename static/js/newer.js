// A thread that grows while its page is open: a quiet line below the posts says how many came, and brings them when it is pressed.
// Nothing moves before. On a page that is not the thread's last one, it leads to where they stand.
import { relate } from "./relate.js";

export function newer(posts, watch) {
  const line = document.querySelector("[data-newer]");
  if (!line) return;
  const thread = Number(line.dataset.thread);
  let shown = Number(line.dataset.end);  // how far the page is, or was when it was opened
  let end = shown;
  const inPlace = Number(line.dataset.shown) === shown;
  const link = document.createElement("a");
  link.className = "btn btn--small";

  const say = () => {
    if (end <= shown) { line.replaceChildren(); return; }
    link.href = `?post=${shown + 1}#post-${shown + 1}`;
    link.textContent = line.dataset.words.replace("COUNT", end - shown);
    if (!link.isConnected) line.append(link);
  };
  document.addEventListener("live", ({ detail }) => detail.send({ type: "watch", thread, after: end }));
  document.addEventListener("frame", ({ detail }) => {
    if (detail.type !== "posts" || detail.thread !== thread || detail.last <= end) return;
    end = detail.last;
    say();
  });
  document.dispatchEvent(new Event("listening"));

  link.addEventListener("click", async (event) => {
    if (!inPlace || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    const answer = await fetch(`${line.dataset.newer}?after=${shown}`).catch(() => null);
    link.ariaBusy = null;
    if (!answer?.ok || answer.redirected) { location.assign(link.href); return; }
    const came = document.createElement("template");
    came.innerHTML = await answer.text();  // our own template
    const { dataset, children } = came.content.firstElementChild;
    const added = [...children];
    shown = Number(dataset.last);
    end = Math.max(end, shown);
    posts.append(...added);
    for (const one of added) if (one.matches("[data-number]")) watch(one);
    relate(posts);
    const seen = document.querySelector("[data-composer] [name=seen]");
    if (seen) seen.value = shown;
    say();
    const [first] = added;
    if (!first) return;
    first.tabIndex = -1;
    first.focus();
  });
}
