// Saves recovery codes to a file on this device, or prints them. They never travel again.
for (const button of document.querySelectorAll("[data-download]")) {
  button.addEventListener("click", () => {
    const codes = [...document.querySelectorAll(`#${button.dataset.download} code`)].map((code) => code.textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([codes.join("\n") + "\n"], { type: "text/plain" }));
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
