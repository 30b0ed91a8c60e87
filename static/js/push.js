// Notices on this device: switched on and off by a button, never asked for by themselves.

const PLACE = "/notifications/";
const WORKER = `${PLACE}worker.js`; // its own address is all that it governs
export const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function send(path, token, fields) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  for (const [name, value] of Object.entries(fields)) body.set(name, value ?? "");
  return fetch(`${PLACE}devices/${path}/`, { method: "POST", body });
}

async function subscription() {
  const registered = await navigator.serviceWorker.getRegistration(WORKER);
  return registered?.scope.endsWith(WORKER) ? registered.pushManager.getSubscription() : null;
}

async function subscribe(key, token, old = "") {
  const registered = await navigator.serviceWorker.register(WORKER, { scope: WORKER });
  if (!registered.active) {
    const worker = registered.installing ?? registered.waiting;
    await new Promise((resolve) => {
      worker.addEventListener("statechange", () => { if (worker.state === "activated") resolve(); });
      if (worker.state === "activated") resolve();
    });
  }
  let made = await registered.pushManager.getSubscription();
  if (made && text(made.options.applicationServerKey) !== key) { await made.unsubscribe(); made = null; }
  made ??= await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const { endpoint, keys } = made.toJSON();
  const answer = await send("subscribe", token, { endpoint, point: keys.p256dh, secret: keys.auth, key, old });
  if (answer.ok) return "";
  await made.unsubscribe();
  const said = await answer.json().catch(() => ({}));
  return Object.values(said.errors ?? {}).flat().join(" ") || String(answer.status);
}

// Once for a visit: the site learns that this device's person is signed in here; a new key of the site is taken over.
export async function comeBy(token) {
  if (!able || Notification.permission !== "granted") return;
  const made = await subscription();
  if (!made) return;
  const answer = await send("seen", token, { endpoint: made.endpoint });
  if (!answer.ok) return;
  const { known, key } = await answer.json();
  if (known && text(made.options.applicationServerKey) !== key) await subscribe(key, token, made.endpoint);
}

// --- The page on which it is chosen -------------------------------------------------------------------------------------

const part = document.querySelector("[data-push]");
if (part) choose(part);

async function choose(part) {
  const say = (name, detail = "") => {
    for (const one of part.querySelectorAll("[data-push-says]")) one.hidden = one.dataset.pushSays !== name;
    const place = part.querySelector("[data-push-detail]");
    place.textContent = detail;
    place.hidden = !detail;
  };
  const token = part.querySelector("[name=csrfmiddlewaretoken]").value;
  const button = part.querySelector("[data-push-on]");
  if (!able) return say("unable");
  if (Notification.permission === "denied") return say("denied");
  const made = await subscription();
  // Somebody else may have switched it on in this browser: then it is theirs, and off for who is here now.
  if (made && Notification.permission === "granted") {
    const answer = await send("seen", token, { endpoint: made.endpoint });
    if (answer.ok && (await answer.json()).known) return say("on");
  }
  say("off");
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      if (await Notification.requestPermission() !== "granted") return say("denied");
      const wrong = await subscribe(part.dataset.key, token);
      if (wrong) return say("failed", wrong);
      location.reload();
    } catch (error) {
      say("failed", error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}
