// A document's page says once that somebody looks at it, so that it stands among what they opened last.

const place = document.querySelector("[data-opened-url]");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

function say() {
  if (document.hidden || !place || !token) return;
  document.removeEventListener("visibilitychange", say);
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  fetch(place.dataset.openedUrl, { method: "POST", body, keepalive: true }).catch(() => {});
}

document.addEventListener("visibilitychange", say);
say();
