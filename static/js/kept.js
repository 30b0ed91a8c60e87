// What somebody has begun to write, kept in this tab until it is sent: under the person's own name, and gone with whoever
// signs out or leaves quickly. Whoever signs in next in this tab finds nothing of it, however the one before went away.

const PREFIX = "kept:";
const person = document.documentElement.dataset.person;
const own = `${PREFIX}${person}:`;

if (person) {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX) && !name.startsWith(own)) sessionStorage.removeItem(name);
  }
}

export function read(place) {
  try { return JSON.parse(sessionStorage.getItem(own + place)); } catch { return null; }
}

export function write(place, what) {
  try { sessionStorage.setItem(own + place, JSON.stringify(what)); } catch { /* full or forbidden: the page still has it */ }
}

export function drop(place) {
  sessionStorage.removeItem(own + place);
}

// The places of this person whose names begin so.
export function places(start) {
  return Object.keys(sessionStorage).filter((name) => name.startsWith(own + start)).map((name) => name.slice(own.length));
}

export function forget() {
  sessionStorage.clear();
}
