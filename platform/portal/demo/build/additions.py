"""What people and leads added to the threads of one group: signs, a summary, a rule, a bookmark, words for later."""

from datetime import timedelta

from django.utils import timezone

from discussions import services
from discussions.models import Post, Thread
from groups.attribution import Attribution
from portal.demo import reader
from portal.demo.build.site import Site, key

GROUP = "supply-chains"
SIGNS = {
    ("mapping-update", 12): (("👍", "huong"), ("👍", "grace"), ("❤️", "aminata")),
    ("mapping-update", 11): (("✅", "weiling"), ("👍", "tomas")),
}
SUMMARY = """\
- 61 lines without an end date are now **17**; 9 duplicates are merged, 14 lines are new.
- A column says the unit; the total at the foot is gone until it is filled.
- “May count in public” is off for everybody until they turn it on. 26 organisations have.
"""
LATER = """\
The mapping closes for this round on Friday evening. If a line of yours is still without an end date, please send me a month
and a year; the day does not matter."""


def build(site: Site, made: dict[str, Thread], posts: dict[tuple[str, int], Post]) -> None:
    """Add them; the threads have been written."""
    mapping = made[f"{GROUP}/mapping-update"]
    lead = site.lead_of(next(one for one in reader.groups() if one.key == GROUP))
    for (thread, number), given in SIGNS.items():
        for emoji, person in given:
            services.react(posts[f"{GROUP}/{thread}", number], by=site.capacity(person), emoji=emoji, on=True)
    services.write_summary(mapping, by=lead, body=SUMMARY, base=0)
    services.attribute(made[f"{GROUP}/audit-fatigue"], by=lead, rule=Attribution.NO_NAMES, base=0)
    services.bookmark(site.people["marta"], posts[f"{GROUP}/mapping-update", 10], on=True)
    services.schedule(
        site.groups[GROUP],
        by=site.capacity("weiling"),
        thread=mapping,
        body=LATER,
        due_at=timezone.now() + timedelta(days=2),
        key=key("later", GROUP, "mapping-update"),
    )
