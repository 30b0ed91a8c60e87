// Shows that something waits, on a device that its person told so. It answers no page and keeps nothing: no "fetch" is heard.

const PLACE = "/notifications/";

addEventListener("push", (event) => {
  let said = {};
  try { said = event.data?.json() ?? {}; } catch { /* a push without words still says that something waits */ }
  event.waitUntil(registration.showNotification(said.text || location.host, {
    tag: "notices", // the next one takes the place of this one
    lang: said.lang || "",
    dir: said.dir || "auto",
    icon: "/static/img/mark.svg",
  }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = windows.find((one) => new URL(one.url).pathname === PLACE);
    return open ? open.focus() : clients.openWindow(PLACE);
  })());
});

// The push service gave the browser another address: the site is told, by the session that is signed in here.
addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const answer = await fetch(`${PLACE}devices/state/`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const { key, token } = await answer.json();
    const fresh = event.newSubscription
      ?? await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    const body = new FormData();
    const { endpoint, keys } = fresh.toJSON();
    body.set("csrfmiddlewaretoken", token);
    body.set("endpoint", endpoint);
    body.set("point", keys.p256dh);
    body.set("secret", keys.auth);
    body.set("key", key);
    body.set("old", event.oldSubscription?.endpoint ?? "");
    await fetch(`${PLACE}devices/subscribe/`, { method: "POST", body });
  })());
});

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
