// The page on which notices on this device are switched on and off.
import { able, send, subscribe, subscription } from "./push.js";

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
