"""What every page may begin with: the outlines that every group has (its own templates stand in `keeping`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Outline:
    """A name, and the text in the reader's language."""

    label: "StrOrPromise"
    text: Callable[[], str]


def _text(*parts: tuple[str, str]) -> str:
    return "\n\n".join(f"## {head}\n\n{body}" for head, body in parts) + "\n"


def _terms() -> str:
    return _text(
        (_("Purpose"), _("What the group wants to change, and for whom.")),
        (_("Scope"), _("What belongs to it, and what does not.")),
        (_("Members and roles"), _("Who leads, who takes part, who observes; how somebody joins and leaves.")),
        (_("Ways of working"), _("How often you meet, in which languages, how you decide.")),
        (_("Results and dates"), f"| {_('Result')} | {_('By whom')} | {_('By when')} |\n| --- | --- | --- |\n| | | |"),
        (_("Review"), _("When these terms are looked at again.")),
    )


def _minutes() -> str:
    return _text(
        (_("Present"), _("Organisations and people; who sent apologies.")),
        (_("Agenda"), f"1. {_('Adoption of the agenda')}\n2. {_('Matters arising')}\n3. {_('Any other business')}"),
        (_("What was said"), _("Point by point, without names where that was agreed.")),
        (_("Decisions"), f"- {_('What was decided, and by whom')}"),
        (_("Actions"), f"| {_('What')} | {_('Who')} | {_('By when')} |\n| --- | --- | --- |\n| | | |"),
        (_("Next meeting"), _("Date, time with its zone, place or link.")),
    )


def _brief() -> str:
    return _text(
        (_("Key messages"), f"- {_('Three at most')}"),
        (_("The issue"), _("What happens, to whom, where; with sources.")),
        (_("What the evidence says"), _("What is known, how well, and what is not known.")),
        (_("Options"), _("What could be done, what it costs, who would have to act.")),
        (_("Recommendations"), f"1. {_('Who should do what')}"),
        (_("Sources"), _("In a form that others can find.")),
    )


def _practice() -> str:
    return _text(
        (_("In short"), _("What was done, in three sentences.")),
        (_("Where and when"), _("Country, sector, period, who took part.")),
        (_("The problem"), _("What it was to change.")),
        (_("What was done"), _("Step by step, with what it needed in people and money.")),
        (_("What changed"), _("Results and how they were measured; what did not work.")),
        (_("For others"), _("What is needed to do the same elsewhere.")),
        (_("Contact"), _("An organisation, no private person. Nothing about single cases or victims.")),
    )


OUTLINES: dict[str, Outline] = {
    "terms": Outline(gettext_lazy("Terms of reference"), _terms),
    "minutes": Outline(gettext_lazy("Minutes"), _minutes),
    "brief": Outline(gettext_lazy("Research brief"), _brief),
    "practice": Outline(gettext_lazy("Good practice"), _practice),
}


def outline(name: str) -> str:
    """Return the text of an outline, in the language of who asks; nothing for none."""
    return OUTLINES[name].text() if name in OUTLINES else ""
