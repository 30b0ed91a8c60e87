"""What a file says of people beside its text: who wrote it, who changed it, who remarked on it. Nothing is taken out here."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO

from groups.documents.reading.pages import Said
from groups.documents.reading.xml import What, tokens

MOST_NAMES = 20
MOST_PARTS = 50
MOST_SCANNED = 64 * 1024**2
MOST_PHOTOGRAPHS = 500
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
CHANGES = {
    *(_WORD + name for name in ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange")),
    _TEXT + "changed-region",
}
COMMENTS = {_WORD + "comment", _OFFICE + "annotation"}
PARTS = re.compile(
    r"word/(document|comments|footnotes|endnotes|people|header\d*|footer\d*)\.xml|content\.xml"
    r"|xl/(comments\d*|threadedComments/\w+|persons/\w+|revisions/\w+)\.xml|ppt/(commentAuthors|authors|comments/\w+)\.xml"
)
# The local names that carry a remark or its writer in workbooks and slides, whose versions disagree on the spaces they are in.
REMARKS = {"comment", "threadedComment", "cm"}
REVIEWER = "{http://schemas.microsoft.com/office/word/2012/wordml}author"
PHOTOGRAPHS = re.compile(r"((word|xl|ppt)/media|Pictures)/[^/]+\.(jpe?g|png|tiff?|webp)", re.IGNORECASE)
GPS = 0x8825
XMP_PLACE = b"exif:GPSLatitude"
XMP = re.compile(rb"<dc:creator>(.{0,2000}?)</dc:creator>", re.DOTALL)
ITEM = re.compile(rb"<rdf:li[^>]{0,200}>([^<]{1,200})</rdf:li>")


def office(file: IO[bytes]) -> Iterator[Said]:
    """Read who changed and who remarked on an office file."""
    changes, comments, names = 0, 0, dict[str, None]()
    with zipfile.ZipFile(file) as archive:
        for part in [name for name in archive.namelist() if PARTS.fullmatch(name)][:MOST_PARTS]:
            writer = False
            for what, word, attributes in tokens(archive, part):
                if what is What.TEXT:
                    if writer and word.strip():
                        names[word.strip()[:100]] = None
                    continue
                local = word.rpartition("}")[2]
                writer = what is What.START and (local == "author" or (word == _CREATOR and part == "content.xml"))
                if what is What.END:
                    continue
                changes += word in CHANGES
                comments += word in COMMENTS or (not part.startswith("word/") and local in REMARKS)
                if word in CHANGES | COMMENTS and (name := attributes.get(_WORD + "author")):
                    names[name[:100]] = None
                if local in {"cmAuthor", "person", "author"} and (
                    name := attributes.get("name") or attributes.get("displayName") or attributes.get(REVIEWER)
                ):
                    names[name[:100]] = None
        places = _places(archive)
    if changes or comments or names or places:
        yield Said("", changes, comments, list(names)[:MOST_NAMES], places)


def _places(archive: zipfile.ZipFile) -> int:
    """Count the photographs that say where they were taken, of the first ones, as far as there is room."""
    places, left = 0, MOST_SCANNED
    for entry in [one for one in archive.infolist() if PHOTOGRAPHS.fullmatch(one.filename)][:MOST_PHOTOGRAPHS]:
        if entry.file_size <= left:
            left -= entry.file_size
            places += _has_place(archive.read(entry))
    return places


def _has_place(photograph: bytes) -> bool:
    """Say whether a picture says where it was taken; one that cannot be read says nothing to others either."""
    from PIL import Image

    if XMP_PLACE in photograph:
        return True
    try:
        with Image.open(io.BytesIO(photograph)) as image:
            return bool(image.getexif().get_ifd(GPS))
    except Exception:
        return False


def pdf(file: IO[bytes]) -> Iterator[Said]:
    """Read who wrote a PDF file, from both places where it may say so."""
    from groups.documents.reading.drawn import opened

    names = dict[str, None]()
    with opened(file) as document:
        if author := document.get_metadata_dict().get("Author", "").strip():
            names[author[:200]] = None
    file.seek(0)
    for creators in XMP.findall(file.read(MOST_SCANNED)):
        for name in ITEM.findall(creators):
            if shown := name.decode("utf-8", "replace").strip():
                names[shown] = None
    if names:
        yield Said(", ".join(names)[:200], 0, 0, list(names)[:MOST_NAMES])
