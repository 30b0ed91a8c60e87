"""PDF files and pictures: their text, and pages drawn small enough for a phone."""

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pypdfium2
from PIL import Image, ImageOps, ImageSequence

from groups.documents.reading.pages import (
    LONGEST_SIDE,
    MOST_PAGES,
    MOST_PICTURES,
    MOST_PIXELS,
    MOST_TEXT,
    THUMBNAIL,
    Extent,
    Locked,
    Page,
    Picture,
    TooLarge,
)


def pdf(file: IO[bytes]) -> Generator[Page, None, Extent]:
    """Read the text of a PDF file's pages, and count them all."""
    kept = 0
    with opened(file) as document:
        count = len(document)
        for number in range(1, min(count, MOST_PAGES) + 1):
            if kept >= MOST_TEXT:
                return Extent(count, is_cut=True)
            page = document[number - 1]
            words = page.get_textpage()
            text = words.get_text_range(errors="replace").replace("\r\n", "\n").replace("\x00", "").strip()
            words.close()
            page.close()
            if text:
                yield Page(number, text[: MOST_TEXT - kept])
                kept += len(text)
        return Extent(count, is_cut=kept > MOST_TEXT or count > MOST_PAGES)


def pdf_pictures(file: IO[bytes]) -> Iterator[Picture]:
    """Draw a PDF file's first pages."""
    with opened(file) as document:
        for number in range(1, min(len(document), MOST_PICTURES) + 1):
            page = document[number - 1]
            longest = max(page.get_size()) or 1
            drawn = page.render(scale=LONGEST_SIDE / longest).to_pil()
            page.close()
            yield _picture(number, drawn)


def picture(file: IO[bytes]) -> Iterator[Picture]:
    """Draw a picture anew, the right way up."""
    with _opened(file, "PNG", "JPEG", "GIF", "WEBP") as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        turned = ImageOps.exif_transpose(image)
        turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        yield _picture(1, turned)


def cleaned(file: IO[bytes], kind: str) -> Iterator[bytes]:
    """Write a picture anew in its own kind: what is seen stays, the right way up; what it says of place, time and maker goes."""
    with _opened(file, kind.upper()) as image:
        moving = getattr(image, "n_frames", 1) > 1
        out, kept = io.BytesIO(), {"icc_profile": profile} if (profile := image.info.get("icc_profile")) else {}
        if moving:
            frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
            pace = [frame.info.get("duration", 100) for frame in frames]
            for frame in frames:
                frame.info = {name: frame.info[name] for name in ("transparency",) if name in frame.info}
            again = {"loop": image.info["loop"]} if "loop" in image.info else {}
            frames[0].save(out, kind.upper(), save_all=True, append_images=frames[1:], duration=pace, **again)
        else:
            turned = ImageOps.exif_transpose(image)
            if turned.mode in {"P", "L", "1"} and "transparency" in turned.info:
                kept["transparency"] = turned.info["transparency"]
            turned.info = {}
            turned.save(out, kind.upper(), **_AS_GOOD.get(kind, {}), **kept)
        yield out.getvalue()


# A picture that was taken once is written twice: with so little loss that nobody sees it.
_AS_GOOD: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": 92, "subsampling": "4:2:0", "optimize": True, "progressive": True},
    "webp": {"quality": 92, "method": 4},
    "png": {"optimize": True},
}


def opened(file: IO[bytes]) -> pypdfium2.PdfDocument:
    """Open a PDF file; raise `Locked` where a password stands before it."""
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Locked from error
        raise


@contextmanager
def _opened(file: IO[bytes], *formats: str) -> Iterator[Image.Image]:
    """Open a picture, nothing of which is unpacked yet; raise `TooLarge` where it has more than `MOST_PIXELS`."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        opened = Image.open(file, formats=formats)
    except Image.DecompressionBombError as error:
        raise TooLarge from error
    with opened as image:
        if image.width * image.height > MOST_PIXELS:
            raise TooLarge
        yield image


def _picture(number: int, image: Image.Image) -> Picture:
    plain = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    plain.info.clear()
    width, height, webp = plain.width, plain.height, _webp(plain)
    if number > 1:
        return Picture(number, width, height, webp)
    plain.thumbnail((THUMBNAIL, THUMBNAIL))
    return Picture(number, width, height, webp, _webp(plain))


def _webp(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=70, method=4)
    return out.getvalue()
