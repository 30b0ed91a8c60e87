"""Public facts the portal states in its own words: figures with their source and year, and the five pillars.

A figure is never shown without `source` and `year`; a newer estimate stands beside the one the alliance names, not in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of the public page, with whom it comes from, and the year it describes."""

    value: Text
    label: Text
    year: int
    source: str
    published: int
    page: str


@dataclass(frozen=True, kw_only=True)
class Pillar:
    """One of the five parts the partnership is built of."""

    key: str
    name: Text
    text: Text
    page: str


ABOUT = "https://www.alliance87.org/about/"

FIGURES = (
    Figure(
        value=_("160 million"),
        label=_("children in child labour"),
        year=2020,
        source="ILO and UNICEF, Child Labour: Global Estimates 2020",
        published=2021,
        page=ABOUT,
    ),
    Figure(
        value=_("nearly 50 million"),
        label=_("people in modern slavery"),
        year=2021,
        source="ILO, Walk Free and IOM, Global Estimates of Modern Slavery",
        published=2022,
        page=ABOUT,
    ),
    Figure(
        value=_("28 million"),
        label=_("of them in forced labour"),
        year=2021,
        source="ILO, Walk Free and IOM, Global Estimates of Modern Slavery",
        published=2022,
        page=ABOUT,
    ),
)

NEWER_FIGURES = (
    Figure(
        value=_("138 million"),
        label=_("children in child labour, in the newer estimate"),
        year=2024,
        source="ILO and UNICEF, Child Labour: Global Estimates 2024",
        published=2025,
        page="https://childlabourplatform.org/sdgs",
    ),
)

PILLARS = (
    Pillar(
        key="coordinating-group",
        name=_("Global Coordinating Group"),
        text=_(
            "Representatives of governments, workers, employers, civil society and international organisations who steer the"
            " partnership together. Its Chair and Vice-Chair rotate; it creates Action Groups and reviews Roadmaps."
        ),
        page="https://www.alliance87.org/calls-for-expression-of-interest/",
    ),
    Pillar(
        key="secretariat",
        name=_("Secretariat"),
        text=_(
            "The team that keeps daily work going: it keeps partners informed, helps Pathfinder Countries and"
            " serves the Global Coordinating Group. The International Labour Organization provides it."
        ),
        page=ABOUT,
    ),
    Pillar(
        key="pathfinder-countries",
        name=_("Pathfinder Countries"),
        text=_(
            "Countries that have publicly promised to go further and faster. Each brings its stakeholders together,"
            " adopts a Roadmap with priorities, actions and indicators, and reports every year."
        ),
        page="https://alliance87.org/pathfinders",
    ),
    Pillar(
        key="partners",
        name=_("Partners"),
        text=_(
            "Organisations of seven kinds that accepted the commitment: governments, international and regional organisations,"
            " workers' organisations, employers and business, civil society, academia, and networks of others."
        ),
        page=ABOUT,
    ),
    Pillar(
        key="action-groups",
        name=_("Action Groups"),
        text=_(
            "Where partners work on one theme together: they share research, shape policy and plan action."
            " A partner may join one group or several, and says what it brings."
        ),
        page="https://www.alliance87.org/action-groups/",
    ),
)
