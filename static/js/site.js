// Small help for every page: theme, leaving quickly, dismissing, sending once, relative times. Nothing here is needed to use a page.
import { forget } from "./kept.js";
import { relate } from "./relate.js";

const root = document.documentElement;
root.classList.add("script");

// Light or dark: a cookie, so that the server writes the attribute and nothing flashes.
for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  });
}

// Whoever signs out or leaves quickly takes along what was kept in this tab.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action")?.endsWith("/logout/")) forget();
});

// Leaving quickly: blank the page at once, put the neutral one in its place, and do it again when somebody comes back with Back.
const exit = document.querySelector("[data-leave]");
const leave = () => {
  forget();
  sessionStorage.setItem("left", "1");
  document.body.hidden = true;
  document.title = "";
  location.replace(exit.href);
};
if (exit) {
  let escaped = -Infinity;
  exit.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - escaped < 700) leave();
    escaped = event.timeStamp;
  });
  addEventListener("pageshow", (event) => {
    if (!sessionStorage.getItem("left")) return;
    const [visit] = performance.getEntriesByType("navigation");
    if (event.persisted || visit?.type === "back_forward") leave();
    else sessionStorage.removeItem("left");
  });
}

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-dismiss]")?.closest("[data-dismissible]")?.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// A second click on the button of a form that is on its way sends nothing; the server would recognise the key anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// A strip of tabs that is wider than the window shows the tab one is on.
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  const strip = here.closest(".tabs");
  const middle = (element) => { const box = element.getBoundingClientRect(); return box.left + box.width / 2; };
  strip.scrollLeft += middle(here) - middle(strip);
}

document.querySelector("[data-error-summary]")?.focus();

relate();
setInterval(() => relate(), 60000);
