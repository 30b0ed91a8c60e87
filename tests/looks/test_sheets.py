"""What the style sheets promise, read from their text: size, directions, contrast, the same tokens in both themes."""

import gzip
import re

import pytest
from django.conf import settings

SHEETS = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
SITE = (settings.BASE_DIR / "static" / "css" / "site.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"(--[\w-]+): (#[0-9a-f]{3,6})\b")
LIGHT = dict(TOKEN.findall(SITE[: SITE.index("prefers-color-scheme: dark")]))
DARK = LIGHT | dict(TOKEN.findall(SITE[SITE.index(':root[data-theme="dark"]') : SITE.index(":root:lang(ar)")]))
# text on ground, by WCAG 2.2 AA 4.5:1; the last ones are edges and signs, 3:1
TEXT = [
    *[(ink, ground) for ink in ("--ink", "--soft", "--accent") for ground in ("--paper", "--surface", "--sunk")],
    *[(f"--{tone}", f"--{tone}-soft") for tone in ("danger", "warn", "ok")],
    ("--accent-strong", "--accent-soft"),
    ("--soft", "--hover"),
    ("--ink", "--accent-soft"),
    ("--on-accent", "--accent"),
    ("--on-danger", "--danger"),
    ("--danger", "--surface"),
    ("--danger", "--paper"),
    ("--paper", "--ink"),
    ("--on-band", "--band"),
    ("--on-band-soft", "--band"),
    ("--on-signal", "--signal"),
]
SIGNS = [("--edge", "--surface"), ("--edge", "--paper"), ("--accent", "--surface"), ("--signal", "--band")]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("theme", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_colours_can_be_told_apart(theme, tokens):
    weak = [(*pair, theme) for pair in TEXT if contrast(tokens[pair[0]], tokens[pair[1]]) < 4.5]
    weak += [(*pair, theme) for pair in SIGNS if contrast(tokens[pair[0]], tokens[pair[1]]) < 3]
    assert weak == []


def test_dark_is_the_same_whether_the_system_or_the_reader_asks():
    asked = SITE[SITE.index(':root[data-theme="dark"]') : SITE.index(":root:lang(ar)")]
    system = SITE[SITE.index(':root:not([data-theme="light"])') : SITE.index(':root[data-theme="dark"]')]
    declared = re.compile(r"--[\w-]+: [^;]+;")
    assert declared.findall(system) == declared.findall(asked)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_directions_are_logical(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    physical = re.findall(
        r"[{;]\s*((?:margin|padding|border|inset)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom|float)\s*:",
        text,
    )
    physical += re.findall(r"text-align:\s*(?:left|right)", text)
    assert physical == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_token_used_is_declared(sheet):
    declared = set(re.findall(r"(--[\w-]+):", SITE))
    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text(encoding="utf-8"))) <= declared


def test_sheets_stay_small():
    sizes = {sheet.name: len(gzip.compress(sheet.read_bytes(), 9)) for sheet in SHEETS}
    assert sizes.pop("site.css") < 9_000
    assert all(size < 3_000 for size in sizes.values())
