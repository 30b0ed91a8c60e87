// The order of a room's log by days and voices: a line before each day, and one head for what is said at once.

const TOGETHER = 5 * 60 * 1000;

export class Days {
  constructor({ box, language, zone: timeZone }) {
    this.box = box;
    // As the server writes them: the day before the month, twenty-four hours.
    const locale = language === "en" ? "en-GB" : language;
    this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
    this.dates = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone });
    this.keys = new Intl.DateTimeFormat("en-CA", { timeZone });
  }

  // Write day lines and put messages of one voice together. What is right already is left alone: a screen reader reads
  // what is added to the log.
  settle() {
    let before = null;
    let day = "";
    let mark = null; // the day line that stands before the next message
    for (const node of [...this.box.children]) {
      if (node.classList.contains("day")) {
        mark?.remove();
        mark = node;
      }
      if (!node.classList.contains("msg")) continue;
      const time = node.querySelector("time");
      const at = new Date(time.getAttribute("datetime"));
      const today = this.keys.format(at);
      const clock = this.clock.format(at);
      if (time.textContent !== clock) time.textContent = clock;
      time.title = `${this.dates.format(at)} ${clock}`;
      const same = before && today === day && before.author === node.dataset.author && before.organisation === node.dataset.organisation;
      const line = node.previousElementSibling?.classList.contains("unread-line");
      node.classList.toggle("msg--follow", Boolean(same && !line && !node.dataset.answers && at - before.at < TOGETHER));
      const first = line ? node.previousElementSibling : node;
      if (today === day || mark?.dataset.day !== today || mark.nextElementSibling !== first) {
        mark?.remove();
        if (today !== day) first.before(this.dayLine(today, at));
      }
      mark = null;
      day = today;
      before = { author: node.dataset.author, organisation: node.dataset.organisation, at };
    }
    mark?.remove();
  }

  dayLine(day, at) {
    const line = document.createElement("p");
    line.className = "day";
    line.dataset.day = day;
    const text = document.createElement("span");
    text.textContent = this.dates.format(at);
    line.append(text);
    return line;
  }
}
