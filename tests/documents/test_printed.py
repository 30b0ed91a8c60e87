"""Office files drawn by LibreOffice where it is found: bounded whatever it does, and never needed."""

import shutil
import stat
import sys
import time
from pathlib import Path

import pytest

from groups.documents.reading import printed, text_of
from groups.documents.services import make_preview, previewing
from portal.demo import files

PAGES = "\n".join(f"Line {number} of the printed report" for number in range(120))


@pytest.fixture
def program(tmp_path, settings):
    """Put a program in the place of LibreOffice; it is given the folder to write to as `$out` and the file as `$file`."""

    def make(script):
        path = tmp_path / "soffice"
        path.write_text(f'#!/bin/sh\nfor file; do :; done\nout="${{8}}"\nmkdir -p "$out"\n{script}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        settings.SOFFICE = str(path)
        return path

    return make


@pytest.fixture
def report(tmp_path):
    made = tmp_path / "printed.pdf"
    made.write_bytes(files.make("pdf", PAGES))
    return made


@pytest.mark.parametrize(("kind", "name"), [("docx", "a.docx"), ("xlsx", "a.xlsx")])
def test_pages_are_drawn_and_their_text_is_that_of_the_pages(kind, name, program, report, add, member, supply_chains):
    program(f'cp {report} "$out/file.pdf"')
    version = add(member, supply_chains, name, files.make(kind, "Words of the file itself."))
    preview = make_preview(version)
    pages = list(preview.pages.all())
    assert len(pages) > 1
    assert all(page.path and page.width for page in pages)
    assert pages[0].text.startswith("Line 0 of the printed report")
    assert preview.thumbnail


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "exit 0",
        ': > "$out/file.pdf"',
        'echo "no PDF at all" > "$out/file.pdf"',
        "sleep 60",
        "sleep 60 & exit 0",
        'head -c 20000000 /dev/zero > "$out/file.pdf"',
        "kill -9 $$",
    ],
)
def test_a_program_that_fails_leaves_the_text(script, program, add, member, supply_chains, monkeypatch):
    monkeypatch.setattr(sys.modules["groups.documents.reading.printed"], "SECONDS", 3)
    program(script)
    version = add(member, supply_chains, "a.docx", files.make("docx", "Words of the file itself."))
    began = time.monotonic()
    preview = make_preview(version)
    assert time.monotonic() - began < 30
    (page,) = preview.pages.all()
    assert (page.text, page.path) == ("Words of the file itself.", "")


def test_it_has_a_profile_of_its_own_no_network_and_nothing_stays(
    program, report, add, member, supply_chains, tmp_path
):
    said = tmp_path / "said"
    program(f'echo "$@" > {said}; ls -d "$HOME" >> {said}; cat /proc/net/dev >> {said}; cp {report} "$out/file.pdf"')
    make_preview(add(member, supply_chains, "a.docx", files.make("docx", "Words.")))
    command, home, *devices = said.read_text().splitlines()
    assert f"-env:UserInstallation=file://{home}/profile" in command
    assert not Path(home).exists()
    assert [line.split(":")[0].strip() for line in devices if ":" in line] == ["lo"]


def test_without_it_the_text_is_shown_alone(settings, add, member, supply_chains, monkeypatch):
    settings.SOFFICE = None
    monkeypatch.setattr(previewing, "printed", None)
    preview = make_preview(add(member, supply_chains, "a.docx", files.make("docx", "Words.")))
    assert [page.path for page in preview.pages.all()] == [""]


def test_what_is_installed_here_draws_a_text(tmp_path):
    """With LibreOffice itself where it is; elsewhere with a program that copies, so that the way there is walked all the same."""
    source = tmp_path / "a.docx"
    source.write_bytes(files.make("docx", "Wages were withheld."))
    program = shutil.which("soffice")
    if program is None:
        copying = tmp_path / "soffice"
        (tmp_path / "made.pdf").write_bytes(files.make("pdf", "Wages were withheld."))
        copying.write_text(f'#!/bin/sh\nmkdir -p "$8"; cp {tmp_path}/made.pdf "$8/file.pdf"\n')
        copying.chmod(0o700)
        program = str(copying)
    with printed(source, "docx", program) as made:
        (page,) = text_of(made, "pdf")
        assert page.text == "Wages were withheld."
