"""Catalogues: nothing translatable is missed, nothing translated is lost, and a wrong translation breaks no page."""

import gettext
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core import translations

TEMPLATE = """{% load i18n %}
<h1 title="{% translate 'Say "hello"' %}">{% translate "It's here" %}</h1>
    {% if people %}
  {% blocktranslate trimmed count n=people|length %}
      One person of {{ group }}
    {% plural %}
      {{ n }} people of {{ group }}
  {% endblocktranslate %} it's ( [ " unbalanced
    {% endif %}{{ _("As a constant")|default:_("As an argument") }}
{% translate "May" context "month" %}
"""
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
TITLE = _("Welcome, %(name)s")
MONTH = pgettext_lazy("verb", "May")
def count(n):
    return ngettext("%d file", "%d files", n)
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "templates" / "groups").mkdir(parents=True)
    (tmp_path / "templates" / "groups" / "detail.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups" / "views.py").write_text(PYTHON, encoding="utf-8")
    return tmp_path


@pytest.fixture
def french(project):
    path = project / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    translations.update(path, translations.collect(project))
    return path


def translate(path, *texts):
    text = path.read_text(encoding="utf-8")
    for original, translated in texts:
        assert f'msgid "{original}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{original}"\nmsgstr ""', f'msgid "{original}"\nmsgstr "{translated}"')
    path.write_text(text, encoding="utf-8")


def test_python_and_templates_are_collected(project):
    found = {(message.context, message.id) for message in translations.collect(project) if message.id}

    assert found == {
        (None, 'Say "hello"'),
        (None, "It's here"),
        (None, ("One person of %(group)s", "%(n)s people of %(group)s")),
        (None, "As a constant"),
        (None, "As an argument"),
        ("month", "May"),
        (None, "Welcome, %(name)s"),
        ("verb", "May"),
        (None, ("%d file", "%d files")),
    }


def test_what_is_translated_stays_when_strings_are_collected_again(project, french):
    translate(french, ("It's here", "C'est ici"))
    before = french.read_text(encoding="utf-8")

    translations.update(french, translations.collect(project))

    assert french.read_text(encoding="utf-8") == before
    assert "C'est ici" in before


def test_a_compiled_catalogue_translates_and_is_not_made_twice(french):
    translate(french, ("It's here", "C'est ici"))

    assert not translations.is_compiled(french)
    assert translations.compile_catalogue(french) == []
    assert translations.is_compiled(french)
    with french.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("It's here") == "C'est ici"


def test_a_translation_with_other_placeholders_is_left_out(french):
    translate(french, ("Welcome, %(name)s", "Bienvenue, %(nom)s"), ("It's here", "C'est ici"))

    ((message, _reason),) = translations.compile_catalogue(french)

    assert message.id == "Welcome, %(name)s"
    with french.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Welcome, %(name)s") % {"name": "Amina"} == "Welcome, Amina"
    assert compiled.gettext("It's here") == "C'est ici"


def test_the_commands_compile_check_and_refuse(settings, project, french, capsys):
    settings.LOCALE_PATHS = [project / "locale"]
    translate(french, ("Welcome, %(name)s", "Bienvenue, %(nom)s"))

    with pytest.raises(CommandError, match="1 faulty translation"):
        call_command("compile_translations", check=True)
    capsys.readouterr()
    assert not french.with_suffix(".mo").exists()
    call_command("compile_translations")
    assert french.with_suffix(".mo").exists()
    assert f"{french}:" in capsys.readouterr().err
    with pytest.raises(CommandError, match="LANGUAGES"):
        call_command("collect_translations", "tlh")


def test_the_catalogues_of_the_site_have_no_faults():
    for path in translations.catalogues(Path(settings.LOCALE_PATHS[0])):
        assert [(message.id, reason) for message, reason in translations.faults(translations.read(path))] == []


def test_arabic_counts_in_its_six_forms():
    rule = translations.read(Path(settings.LOCALE_PATHS[0]) / "ar" / "LC_MESSAGES" / "django.po").plural_expr
    form = gettext.c2py(rule)
    assert [form(number) for number in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)] == [
        0,
        1,
        2,
        3,
        3,
        4,
        4,
        5,
        5,
        3,
        4,
    ]
