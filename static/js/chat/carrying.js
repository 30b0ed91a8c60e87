// Waits for the first wish to send documents along, and loads what does it: most who open a room only read and write.

export function carrying({ form, changed }) {
  const menu = document.getElementById("attach");
  const room = form.closest(".chat__room");
  const carrier = { files: null };
  let loading;
  const load = () => loading ??= import("./attachments.js").then(({ Attachments }) => { carrier.files = new Attachments({ form, changed }); return carrier.files; });
  const take = (files) => load().then((attachments) => attachments.take(files));
  if (!menu) return carrier;
  if (document.getElementById("attached").children.length) load();
  for (const name of ["pointerenter", "focusin", "toggle"]) menu.addEventListener(name, load, { once: true });
  const input = document.getElementById("attach-files");
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  form.elements.body.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) { event.preventDefault(); take(files); }
  });
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) room.addEventListener(name, (event) => { if (carries(event)) { event.preventDefault(); room.classList.add("is-over"); } });
  for (const name of ["dragleave", "drop"]) room.addEventListener(name, (event) => { if (name === "drop" || !room.contains(event.relatedTarget)) room.classList.remove("is-over"); });
  room.addEventListener("drop", (event) => { if (carries(event)) { event.preventDefault(); take([...event.dataTransfer.files]); } });
  // A file dropped beside the room would otherwise replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => { if (carries(event)) event.preventDefault(); });
  return carrier;
}
