"""Pictures are written anew as they come in: what is seen stays, what they say of place, time, camera and maker goes."""

import hashlib
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageSequence, PngImagePlugin

from core.models import AuditEntry
from groups.documents.models import Document, Version
from groups.documents.services import copy_document, restore_version
from groups.documents.services.cleaning import _not_read
from groups.documents.types import Refused
from groups.standing import NotAllowed, Standing

CANARY = b"PlaceCanary"


def photograph(kind="JPEG", size=(60, 40), **more):
    """A picture that says where, when and with what it was taken, on its side."""
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (12.0, 30.0, 0.0)
    file = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    if kind == "PNG":
        said = PngImagePlugin.PngInfo()
        said.add_text("Author", CANARY.decode())
        more["pnginfo"] = said
    image.save(file, kind, exif=exif, **more)
    return file.getvalue()


def bytes_of(version):
    with version.open() as file:
        return file.read()


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_a_picture_keeps_what_is_seen_and_says_nothing_of_where_it_was_taken(kind, name, add, member, supply_chains):
    taken = photograph(kind)
    assert CANARY in taken
    version = add(member, supply_chains, name, taken)
    kept = bytes_of(version)
    assert CANARY not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == kind
        assert image.size == (40, 60)
        assert not image.getexif()
    assert (version.size, version.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    assert (version.sent_size, version.sent_sha256) == (len(taken), hashlib.sha256(taken).hexdigest())


def test_a_film_of_pictures_keeps_its_pictures_and_their_pace(add, member, supply_chains):
    file = io.BytesIO()
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, comment=CANARY
    )
    kept = bytes_of(add(member, supply_chains, "moving.gif", file.getvalue()))
    assert CANARY not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert [frame.info["duration"] for frame in ImageSequence.Iterator(image)] == [100, 200, 300]


def test_what_stands_behind_a_picture_does_not_come_in_with_it(add, member, supply_chains):
    """A file that is a picture and something else besides."""
    version = add(member, supply_chains, "both.png", photograph("PNG") + b"<script>alert(1)</script>PK\x03\x04")
    assert b"<script>" not in bytes_of(version)


def test_the_same_sending_gives_the_same_version_and_another_picture_conflicts(add, member, supply_chains):
    key, taken = uuid.uuid4(), photograph()
    first = add(member, supply_chains, "a.jpg", taken, key=key)
    assert add(member, supply_chains, "a.jpg", taken, key=key) == first
    other = bytearray(taken)
    other[-10] ^= 1
    with pytest.raises(Exception, match="another file"):
        add(member, supply_chains, "a.jpg", bytes(other), key=key)
    assert Version.objects.count() == 1


def test_a_picture_that_cannot_be_drawn_is_refused_by_name(add, member, supply_chains, stored):
    with pytest.raises(Refused, match="broken.jpg"):
        add(member, supply_chains, "broken.jpg", b"\xff\xd8\xff\xe0" + b"x" * 500)
    assert not Document.objects.exists()
    assert stored() == []


def test_leads_keep_a_picture_as_it_was_taken_and_everybody_sees_why(lead, member, supply_chains, signed_in):
    page = reverse("documents:upload", args=[supply_chains.slug])
    taken = photograph()
    form = signed_in(lead).get(page).context["form"]
    sent = {
        "key": form["key"].value(),
        "file": SimpleUploadedFile("a.jpg", taken),
        "original": "Evidence for the audit",
    }
    signed_in(lead).post(page, sent)
    version = Version.objects.get()
    assert bytes_of(version) == taken
    assert version.original == "Evidence for the audit"
    assert AuditEntry.objects.get(verb="document.original_kept").reason == "Evidence for the audit"
    shown = signed_in(member).get(version.document.get_absolute_url()).content.decode()
    assert "Kept as it was taken" in shown
    assert "Evidence for the audit" in shown


def test_members_are_not_asked_and_may_not(add, member, supply_chains, signed_in):
    page = signed_in(member).get(reverse("documents:upload", args=[supply_chains.slug])).content.decode()
    assert 'name="original"' not in page
    with pytest.raises(NotAllowed):
        add(member, supply_chains, "a.jpg", photograph(), original="I want to")
    assert not Document.objects.exists()


def test_a_version_that_was_cleaned_says_so_also_when_it_is_restored_or_copied(add, member, supply_chains, signed_in):
    sent = photograph()
    first = add(member, supply_chains, "a.jpg", sent)
    assert first.is_cleaned
    add(member, supply_chains, "a.jpg", photograph(size=(50, 30)), document=first.document)
    by = Standing.of(member, supply_chains).speak()
    again = restore_version(first.document, number=1, base=2, by=by, key=uuid.uuid4())
    assert (again.restored_from, again.is_cleaned, again.came_as) == (1, True, first.came_as)
    assert again.content() == first.content()
    copy = copy_document(first.document, folder=None, by=by, key=uuid.uuid4())
    assert copy.latest.content() == first.content()
    page = signed_in(member).get(first.document.get_absolute_url()).content.decode()
    assert page.count("were taken out of this picture when it came.") == 3


@pytest.mark.parametrize(
    ("size", "words"),
    [((10_000, 6_000), "more than 52 million pixels"), ((20_000, 10_000), "more than 52 million pixels")],
)
def test_a_picture_that_is_too_large_is_said_to_be_and_not_to_be_damaged(
    size, words, member, supply_chains, signed_in, stored
):
    file = io.BytesIO()
    Image.new("1", size).save(file, "PNG")
    page = reverse("documents:upload", args=[supply_chains.slug])
    form = signed_in(member).get(page).context["form"]
    sent = {"key": form["key"].value(), "file": SimpleUploadedFile("large.png", file.getvalue())}
    answer = signed_in(member).post(page, sent).content.decode()
    assert "“large.png” is too large a picture" in answer
    assert words in answer
    assert "damaged" not in answer
    assert not Document.objects.exists()
    assert stored() == []


def test_a_photograph_of_a_telephone_is_taken_as_it_is(add, member, supply_chains):
    """48 million pixels, as large as they are."""
    file = io.BytesIO()
    Image.new("RGB", (8064, 6048), "green").save(file, "JPEG", exif=Image.open(io.BytesIO(photograph())).getexif())
    version = add(member, supply_chains, "a.jpg", file.getvalue())
    with version.open() as kept, Image.open(kept) as image:
        assert image.size == (6048, 8064)
        assert not image.getexif()


@pytest.mark.parametrize(
    ("reason", "words"), [("too_large", "too large a picture"), ("ended", "in the time there is")]
)
def test_each_reason_has_its_words(reason, words):
    assert words in _not_read("a.png", reason).message
