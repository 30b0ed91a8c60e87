// What was written and not yet kept by the server: in this tab, under the person's name, gone with whoever signs out or leaves.
import * as kept from "../../static/js/kept.js";

export function waiting(place) {
  // Gone with everything else when somebody leaves: what is written on the way out is then not kept either.
  const mark = `${place}:open`;
  kept.write(mark, 1);
  return {
    read() {
      const text = kept.read(place);
      return text && Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    },
    write(update) {
      if (!kept.read(mark)) return;
      let text = "";
      for (let at = 0; at < update.length; at += 8192) text += String.fromCharCode(...update.subarray(at, at + 8192));
      kept.write(place, btoa(text));
    },
    drop() { kept.drop(place); },
  };
}
