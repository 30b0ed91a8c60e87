"""The fonts of this machine that a PDF is set in: found by name, each asked which letters it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
"""Where systems keep fonts; `fonts` in the folder of the site's data comes before them."""

TEXT = ("NotoSans", "DejaVuSans", "LiberationSans")
FIXED = ("NotoSansMono", "DejaVuSansMono", "LiberationMono")
"""In what the text is set, and what is code: the first that is there."""

OTHERS = (
    "NotoNaskhArabic NotoSansArabic NotoSansHebrew NotoSansDevanagari NotoSansBengali NotoSansTamil NotoSansTelugu"
    " NotoSansGujarati NotoSansGurmukhi NotoSansKannada NotoSansMalayalam NotoSansOriya NotoSansSinhala NotoSansThai"
    " NotoSansLao NotoSansKhmer NotoSansMyanmar NotoSansEthiopic NotoSansArmenian NotoSansGeorgian NotoSerifTibetan"
    " NotoSansSC NotoSansTC NotoSansJP NotoSansKR NanumGothic DroidSansFallbackFull DroidSansFallback NotoSansMath"
    " NotoSansSymbols NotoSansSymbols2 DejaVuSans"
).split()
"""For letters that it has not: the first that has them."""

STYLES = {"": ("-Regular", ""), "B": ("-Bold",), "I": ("-Italic", "-Oblique"), "BI": ("-BoldItalic", "-BoldOblique")}
INVISIBLE = frozenset(map(ord, "\t\n\r\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f")) | frozenset(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
"""Signs that are obeyed, not shown."""


@dataclass(frozen=True)
class Face:
    """A font in the styles that are there, by what `STYLES` calls them; the upright one always is."""

    name: str
    files: dict[str, str]

    def has(self, letter: int) -> bool:
        """Whether it has this letter."""
        return letter in _letters(self.files[""])


@dataclass(frozen=True)
class Fonts:
    """What a text is set in: a font for it, one for code, others for letters that these lack; and the letters nobody has."""

    text: Face
    fixed: Face
    others: tuple[Face, ...]
    missing: str


def fonts_for(letters: Iterable[str]) -> Fonts | None:
    """Return what these letters are to be set in; None where this machine has no font for a text at all."""
    text = next(filter(None, map(_face, TEXT)), None)
    if text is None:
        return None
    left = {ord(one) for one in letters} - INVISIBLE
    left = {one for one in left if not text.has(one)}
    others = []
    for face in filter(None, map(_face, OTHERS)):
        if left and (found := {one for one in left if face.has(one)}):
            others.append(face)
            left -= found
    fixed = next(filter(None, map(_face, FIXED)), text)
    return Fonts(text, fixed, tuple(others), "".join(map(chr, sorted(left))))


def has_fonts() -> bool:
    """Whether a PDF can be made here."""
    return any(map(_face, TEXT))


def _face(name: str) -> Face | None:
    files = _files()
    found = {
        style: next((files[name + end] for end in ends if name + end in files), "") for style, ends in STYLES.items()
    }
    return Face(name, {style: file for style, file in found.items() if file}) if found[""] else None


@cache
def _files() -> dict[str, str]:
    """Return every font file of the machine, by its name without the ending."""
    found: dict[str, str] = {}
    for folder in (settings.DATA_DIR / "fonts", *map(Path, FOLDERS)):
        for file in sorted(folder.rglob("*.ttf")) if folder.is_dir() else ():
            found.setdefault(file.stem, str(file))
    return found


@cache
def _letters(file: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont, TTLibError  # large, and needed by who asks for a PDF only

    try:
        with TTFont(file, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError):
        return frozenset()
