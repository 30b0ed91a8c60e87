// What this reader may do in the room changes while the page is open: the place to write in goes and comes without loading the
// page anew, and what was half written stays in it. Only a page that was made without one is loaded again.

const SPREAD = 1500; // everybody hears of a change at the same moment, and asks at one of their own
const AGAIN = 5000;

export class Rights {
  constructor({ data, form, refusal, ask, lost }) {
    Object.assign(this, { data, form, refusal, lost, fetch: ask, hadSigns: Boolean(data.reacts) });
  }

  ask(most = SPREAD) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), Math.random() * most);
  }

  async look() {
    let now;
    try { now = await this.fetch(); } catch { now = { code: "busy" }; }
    if (now.room) this.show(now);
    else if (now.code === "busy") this.timer = setTimeout(() => this.look(), AGAIN * (1 + Math.random()));
  }

  show(now) {
    if ((now.writes && !this.form) || (now.reacts && !this.hadSigns)) { location.reload(); return; }
    for (const name of ["writes", "reacts", "pins", "moderates", "deletes"]) this.data[name] = now[name] ? "1" : "";
    if (!now.writes) this.lost();
    if (this.form) this.form.hidden = !now.writes;
    this.refusal.hidden = now.writes;
    this.refusal.querySelector("span").textContent = now.refusal;
  }
}
