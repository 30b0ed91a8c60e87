// "5 minutes ago" for the last day; the full date stays in the title.
// A module of its own: what another module imports must do nothing by itself, because a page's script and an import of it have
// two addresses where static files carry a digest in their names, and so would run twice.
const ago = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });

export function relate(within = document) {
  for (const time of within.querySelectorAll("time[data-relative]")) {
    const minutes = Math.round((new Date(time.dateTime) - Date.now()) / 60000);
    if (minutes > 0 || minutes <= -1440) continue;
    time.textContent = minutes > -60 ? ago.format(minutes, "minute") : ago.format(Math.round(minutes / 60), "hour");
  }
}
