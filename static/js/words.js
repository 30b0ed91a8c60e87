// Counts the words of a text while it is written, beside what is allowed. The server counts too and has the last word.

for (const place of document.querySelectorAll("[data-words-for]")) {
  const text = document.getElementById(place.dataset.wordsFor);
  const limit = Number(place.dataset.limit);
  const show = () => {
    const count = text.value.split(/\s+/u).filter(Boolean).length;
    place.textContent = place.dataset.text.replace("NUMBER", String(count));
    place.classList.toggle("is-over", count > limit);
  };
  place.hidden = false;
  text.addEventListener("input", show);
  show();
}
