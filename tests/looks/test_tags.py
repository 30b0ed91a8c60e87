"""The tags of `core.templatetags.looks`."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles.finders import get_finder
from django.template import engines
from django.utils import timezone, translation

MORNING = datetime.datetime(2026, 1, 31, 23, 15, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def found_anew():
    """Where static files are looked for is remembered by Django; no test leaves that of its own."""
    yield
    get_finder.cache_clear()


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


def test_a_bundled_script_has_an_address_where_it_was_bundled(settings, tmp_path):
    tag = "{% built 'pages.js' as script %}[{{ script }}]"
    settings.STATICFILES_DIRS = [tmp_path]
    get_finder.cache_clear()
    before = written(tag)
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "pages.js").write_text("")

    assert (before, written(tag)) == ("[]", "[/static/built/pages.js]")


def test_where_files_are_collected_one_that_was_not_bundled_has_no_address(settings, tmp_path):
    hashed = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    settings.STATIC_ROOT, settings.COLLECTED, settings.DEBUG = tmp_path, True, False
    (tmp_path / "staticfiles.json").write_text(
        '{"version": "1.1", "hash": "", "paths": {"built/pages.js": "built/pages.0f1e.js"}}'
    )

    assert written("{% built 'pages.js' as script %}[{{ script }}]") == "[/static/built/pages.0f1e.js]"
    assert written("{% built 'other.js' as script %}[{{ script }}]") == "[]"
