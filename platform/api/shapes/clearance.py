"""Rounds of clearance and publications."""

from datetime import datetime

from ninja import Field, Schema

from api.shapes.common import Speaker, absolute
from groups.clearance.citing import in_words
from groups.clearance.models import Publication, Result, Round, Silent, Stage
from groups.clearance.results import Clearers, Line


class VoiceOut(Schema):
    """An organisation that is asked, and what it counts for now, or counted for when the round ended."""

    by: Speaker = Field(description="Who spoke last for it; of a silent one the organisation alone.")
    stakeholder_type: str
    counts_as: Result
    text: str
    at: datetime | None

    @classmethod
    def of(cls, line: Line) -> "VoiceOut":
        """Return one line of the round's page."""
        said = line.voice.said
        return cls(
            by=Speaker.of(line.who),
            stakeholder_type=line.voice.stakeholder_type,
            counts_as=line.result,
            text=said.text if said else "",
            at=said.created_at if said else None,
        )


class RoundBrief(Schema):
    """A version on its way through review and clearance, as lists tell of it."""

    id: int
    url: str
    version: int = Field(description="The number of the version it is about.")
    sha256: str
    stage: Stage
    silence: Silent = Field(description="What it counts for when nobody answers.")
    review_until: datetime
    until: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, round_: Round) -> "RoundBrief":
        """Return a round that came through its door, with its version read."""
        return cls(
            id=round_.pk,
            url=absolute(round_.get_absolute_url()),
            version=round_.version.number,
            sha256=round_.sha256,
            stage=Stage(round_.stage),
            silence=Silent(round_.silence),
            review_until=round_.review_until,
            until=round_.until,
            ended_at=round_.ended_at,
        )


class RoundOut(RoundBrief):
    """A version on its way through review and clearance, with everybody who is asked."""

    voices: list[VoiceOut]

    @classmethod
    def told(cls, round_: Round, lines: list[Line]) -> "RoundOut":
        """Return a round that came through its door, with its voices."""
        return cls(**RoundBrief.of(round_).dict(), voices=[VoiceOut.of(line) for line in lines])


class PublicationOut(Schema):
    """A published document, as whoever may find its group reads it."""

    id: int
    url: str
    title: str
    authors: str
    summary: str
    year: int
    language: str
    licence: str
    citation: str
    sha256: str
    file: str = Field(description="Where its bytes are had: without signing in where everybody may find the group.")
    cleared_by: list[str] = Field(description="The organisations that are named to the owner.")
    cleared_by_others: int = Field(description="How many cleared it besides that are not named to the owner.")
    published_at: datetime

    @classmethod
    def of(cls, publication: Publication, clearers: Clearers) -> "PublicationOut":
        """Return a publication that came through its door."""
        place = absolute(publication.get_absolute_url())
        return cls(
            id=publication.pk,
            url=place,
            title=publication.title,
            authors=publication.authors,
            summary=publication.summary,
            year=publication.year,
            language=publication.language,
            licence=publication.licence,
            citation=in_words(publication),
            sha256=publication.sha256,
            file=f"{place}file/",
            cleared_by=[one.organisation for one in (*clearers.said, *clearers.by_silence)],
            cleared_by_others=clearers.unnamed,
            published_at=publication.created_at,
        )
