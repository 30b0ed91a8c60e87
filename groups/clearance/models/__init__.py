"""A round of review and clearance, its voices, and what was published."""

from groups.clearance.models.publication import Licence, Publication, PublicationQuerySet, published_to
from groups.clearance.models.round import OPEN, Prolongation, Remark, Round, RoundQuerySet, Stage
from groups.clearance.models.rule import Rule, Silent
from groups.clearance.models.voice import WITH_TEXT, Absence, Answer, Result, Says, Voice

__all__ = [
    "OPEN",
    "WITH_TEXT",
    "Absence",
    "Answer",
    "Licence",
    "Prolongation",
    "Publication",
    "PublicationQuerySet",
    "Remark",
    "Result",
    "Round",
    "RoundQuerySet",
    "Rule",
    "Says",
    "Silent",
    "Stage",
    "Voice",
    "published_to",
]
