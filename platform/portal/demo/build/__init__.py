"""Turns the demonstration's content into rows, through the same verbs that people use.

The verbs record that things happen now; `backdate` then gives each row the moment its content names, so that the site looks
lived in. The record of acts keeps the moment of seeding, because that is when they were recorded.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from portal.demo.build import (
    cleared,
    conversations,
    directory,
    groups,
    library,
    notices,
    pages,
    rooms,
    threads,
    waiting,
)
from portal.demo.build.site import Site

__all__ = ["Site", "build"]


@transaction.atomic
def build(today: date) -> Site:
    """Fill an empty database as seen on that day; all of it or nothing."""
    site = Site(today)
    directory.build(site)
    groups.build(site)
    library.build(site)
    pages.build(site)
    threads.build(site)
    rooms.build(site)
    conversations.build(site)
    cleared.build(site)
    groups.finish(site)
    waiting.build(site)
    rooms.set_moments(site)
    notices.build(site)
    return site
