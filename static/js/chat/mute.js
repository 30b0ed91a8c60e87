// The switch that silences a room, without loading the page anew. Where that fails, the form is sent as it is.

export function mutable(form) {
  const button = form.querySelector("button");
  const wish = form.elements.muted;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const muted = wish.value === "1";
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (answer.type !== "opaqueredirect") throw new Error(`answered ${answer.status}`);
      button.ariaPressed = String(muted);
      wish.value = muted ? "0" : "1";
    } catch { form.submit(); }
    button.disabled = false;
  });
}
