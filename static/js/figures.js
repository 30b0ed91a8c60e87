// Reads the live figures again every ten seconds, while the page is looked at and the box is ticked.

const EVERY = 10_000;
const follow = document.querySelector("[data-follow]");

async function readAgain() {
  if (!follow.checked || document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || !follow.checked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("[data-figures]");
  // Not while somebody is inside it with the keyboard: what has the focus would be gone.
  const old = document.querySelector("[data-figures]");
  if (!now || old.contains(document.activeElement)) return;
  old.replaceWith(now);
}

setInterval(readAgain, EVERY);
