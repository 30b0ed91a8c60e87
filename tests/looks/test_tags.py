"""The tags of `core.templatetags.looks`."""

import datetime
from zoneinfo import ZoneInfo

from django.template import engines
from django.utils import timezone, translation

MORNING = datetime.datetime(2026, 1, 31, 23, 15, tzinfo=datetime.UTC)


def written(source, **context):
    return engines["django"].from_string("{% load looks %}" + source).render(context)


def test_moment_is_written_for_its_reader():
    with timezone.override(ZoneInfo("Africa/Accra")), translation.override("en"):
        in_accra = written("{% moment at %}", at=MORNING)
    with timezone.override(ZoneInfo("Asia/Manila")), translation.override("fr"):
        in_manila = written("{% moment at long=True %}", at=MORNING)

    assert in_accra == (
        '<time datetime="2026-01-31T23:15:00+00:00" title="31 January 2026, 23:15" data-relative>31 Jan 2026</time>'
    )
    assert in_manila == (
        '<time datetime="2026-01-31T23:15:00+00:00" title="1 février 2026, 07:15">1 février 2026, 07:15</time>'
    )


def test_moment_is_not_remembered_for_another_zone():
    for zone, day in [("Africa/Accra", "31 Jan 2026"), ("Asia/Manila", "1 Feb 2026")]:
        with timezone.override(ZoneInfo(zone)), translation.override("en"):
            assert f">{day}<" in written("{% moment at %}", at=MORNING)


def test_icon_is_hidden_from_screen_readers_and_turns_when_asked():
    assert written("{% icon 'reply' flip=True %}") == (
        '<svg class="icon icon--flip" width="20" height="20" aria-hidden="true">'
        '<use href="/static/img/icons.svg#reply"></use></svg>'
    )
