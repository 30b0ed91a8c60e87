// Notices on this device: switched on and off by a button, never asked for by themselves.

const PLACE = "/notifications/";
const WORKER = `${PLACE}worker.js`; // its own address is all that it governs
export const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export function send(path, token, fields) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  for (const [name, value] of Object.entries(fields)) body.set(name, value ?? "");
  return fetch(`${PLACE}devices/${path}/`, { method: "POST", body });
}

export async function subscription() {
  const registered = await navigator.serviceWorker.getRegistration(WORKER);
  return registered?.scope.endsWith(WORKER) ? registered.pushManager.getSubscription() : null;
}

export async function subscribe(key, token, old = "") {
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
