"""The components in a browser: both themes, both directions, desktop and phone; accessible, never wider than the window."""

import datetime
import mimetypes
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.middleware.csrf import get_token
from django.template.backends.django import DjangoTemplates
from django.utils import timezone, translation
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser
SITE = "http://specimens.invalid"
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
RULES = {"rules": {"target-size": {"enabled": True}}}


class JoinForm(forms.Form):
    brings = forms.CharField(label="What it brings", help_text="At most 60 words.", widget=forms.Textarea)
    email = forms.EmailField(label="Work e-mail")
    kind = forms.ChoiceField(label="Stakeholder type", choices=[("", "Choose"), ("workers", "Workers' organisations")])
    agree = forms.BooleanField(label="We accept the commitment")
    themes = forms.MultipleChoiceField(
        label="Themes", choices=[("fees", "Fees"), ("homes", "Home work")], widget=forms.CheckboxSelectMultiple
    )


class PolicyForm(forms.Form):
    policy = forms.ChoiceField(
        label="How to join", choices=[("open", "Open to partners"), ("asked", "On request")], widget=forms.RadioSelect
    )


class Reader:
    name = "Kofi Tetteh"
    is_authenticated = True


class Message:
    def __init__(self, text, level_tag):
        self.text, self.level_tag = text, level_tag

    def __str__(self):
        return self.text


def render(name, rf, *, language="en", theme=""):
    """Return one specimen as a page of the site."""
    request = rf.get("/groups/")
    request.COOKIES["theme"] = theme
    get_token(request)
    tabs = [("overview", "home", 0), ("threads", "thread", 3), ("chat", "chat", 2), ("documents", "folder", 0)]
    now = timezone.now()
    context = {
        "site_name": "Alliance workspace",
        "demo": True,
        "user": Reader(),
        "nav": {"unread_notices": 7, "unread_conversations": 2},
        "now": now - datetime.timedelta(minutes=12),
        "old": now - datetime.timedelta(days=40),
        "tabs": [
            {"key": key, "url": "#", "label": key.title(), "icon": icon, "count": count} for key, icon, count in tabs
        ],
        "rows": [
            {"label": "Civil society organisations", "value": 9, "share": 100, "hue": 4},
            {"label": "Governments", "value": 3, "share": 33.3, "hue": 0},
        ],
        "crumbs": [{"label": "Groups", "url": "#"}, {"label": "Supply Chains", "url": "#"}],
        "page": Paginator(range(90), 20).page(2),
        "form": JoinForm({"email": "nobody"}),
        "form2": PolicyForm(),
    }
    if name == "components":
        context["messages"] = [Message("Your organisation joined.", "success"), Message("It was refused.", "error")]
    engine = DjangoTemplates(
        {
            "NAME": "specimens",
            "DIRS": [settings.BASE_DIR / "templates", Path(__file__).parent / "specimens"],
            "APP_DIRS": False,
            "OPTIONS": {},
        }
    )
    with translation.override(language):
        return engine.get_template(f"{name}.html").render(context, request)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=BROWSER)
        yield browser
        browser.close()


@pytest.fixture
def show(browser, rf):
    """Open a specimen, with its files and the site's own Content-Security-Policy; return the page and its complaints."""
    contexts = []

    def open_specimen(name, *, width, height=740, **how):
        html = render(name, rf, **how)
        policy = "; ".join(f"{key} {' '.join(values)}" for key, values in settings.SECURE_CSP.items())

        def answer(route):
            path = route.request.url.removeprefix(SITE)
            if not path.startswith("/static/"):
                return route.fulfill(
                    body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
                )
            found = finders.find(path.removeprefix("/static/"))
            return route.fulfill(path=found, content_type=mimetypes.guess_type(found)[0])

        context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=False)
        contexts.append(context)
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*", answer)
        page.goto(SITE + "/groups/")
        return page, complaints

    yield open_specimen
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("width", "language", "theme"), [(1280, "en", "light"), (360, "en", "dark"), (360, "ar", "light")]
)
@pytest.mark.parametrize("name", ["components", "thread", "room", "library"])
def test_specimen_is_accessible_and_fits(show, name, width, language, theme):
    page, complaints = show(name, width=width, language=language, theme=theme)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []


def test_theme_is_chosen_for_the_next_page_too(show):
    page, _ = show("library", width=1280, theme="light")

    page.get_by_role("contentinfo").get_by_role("button", name="Light or dark").click()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert [(cookie["name"], cookie["value"]) for cookie in page.context.cookies()] == [("theme", "dark")]


def test_esc_twice_leaves_and_back_shows_nothing(show):
    page, _ = show("room", width=360)
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="Elsewhere", content_type="text/html"))

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("https://www.wikipedia.org/")
    page.go_back(wait_until="commit")

    assert SITE not in page.url


def test_room_fills_a_small_phone_and_keeps_the_composer_in_view(show):
    page, _ = show("room", width=360, height=640)

    composer = page.locator(".composer").bounding_box()
    assert composer["y"] + composer["height"] <= 640
    assert page.locator(".chat__scroll").bounding_box()["height"] > 320
