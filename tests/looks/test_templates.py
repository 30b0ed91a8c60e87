"""Rules that every template of the site keeps, read from their text."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
COMPONENTS = sorted((FOLDER / "components").glob("*.html"))
ICONS = set(
    re.findall(r'<symbol id="([\w-]+)"', (settings.BASE_DIR / "static/img/icons.svg").read_text(encoding="utf-8"))
)


def name_of(path):
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_compiles_and_holds_nothing_inline(path):
    text = path.read_text(encoding="utf-8")
    get_template(name_of(path))
    if "mail" not in path.parts and not path.name.startswith("email"):
        assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\bsrc=)|javascript:", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_icons_asked_for_are_drawn(path):
    text = path.read_text(encoding="utf-8")
    asked = set(re.findall(r'components/icon\.html" with name="([\w-]+)"', text))
    asked |= set(re.findall(r'components/(?:empty|confirm|badge)\.html"[^%]*?\bicon="([\w-]+)"', text))
    assert asked <= ICONS


def classes_of(text):
    """Return the classes a template names in full; those it composes of variables are left out."""
    plain = re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "\0", text))
    words = {word for value in re.findall(r'class="([^"]*)"', plain) for word in value.split()}
    return {word for word in words if "\0" not in word and not word.endswith("-")}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_classes_are_drawn(path):
    own = (settings.BASE_DIR / "static/css").glob("*.css"), (FOLDER / "mail").glob("*.css")
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheets in own for sheet in sheets)
    drawn = set(re.findall(r"\.([a-z][\w-]*)", sheets))
    assert classes_of(path.read_text(encoding="utf-8")) <= drawn


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_component_says_what_it_takes(path):
    assert path.read_text(encoding="utf-8").startswith("{# ")


def test_no_script_of_a_page_is_imported_by_another():
    """Where static files carry a digest in their names, a page's script and an import of it have two addresses: it runs twice."""
    scripts = settings.BASE_DIR / "static" / "js"
    loaded = {
        name for path in TEMPLATES for name in re.findall(r"static 'js/([\w/.-]+\.js)'", path.read_text("utf-8"))
    }
    imported = {
        (path.parent / name).resolve().relative_to(scripts).as_posix()
        for path in scripts.rglob("*.js")
        for name in re.findall(r"^import [^;]*\"(\.[^\"]+)\"", path.read_text("utf-8"), re.MULTILINE)
    }
    assert loaded & imported == set()
    assert loaded and imported
