"""Office files drawn by LibreOffice where it is found: bounded whatever it does, and never needed."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groups.documents.models import Preview, PreviewPage
from groups.documents.reading import Page, Pages, parted, printed, text_of
from groups.documents.services import ask_for_missing, make_preview, previewing
from portal.demo import files
from tests.documents.test_every_kind import packed

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


def slides(*texts):
    """An open presentation, each slide with what its speaker says."""
    spaces = {"office": "office", "draw": "drawing", "text": "text", "p": "presentation"}
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"' for name, urn in spaces.items())
    shown = "".join(
        f"<draw:page><text:p>{text}</text:p><p:notes><text:p>Said of {text}</text:p></p:notes></draw:page>"
        if text
        else "<draw:page/>"
        for text in texts
    )
    content = f"<office:document-content {names}>{shown}</office:document-content>"
    return packed({"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": content})


def word(*paragraphs):
    """A Word text of these paragraphs, which are markup."""
    body = "".join(f"<w:p><w:r>{paragraph}</w:r></w:p>" for paragraph in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def pages_of(*texts):
    """A PDF with each of these texts on a page of its own."""
    return files.make("pdf", "\n".join(line for text in texts for line in [*text.splitlines(), *[""] * 48][:48]))


def look(client, version, **asked):
    address = [version.document.group.slug, version.document_id, version.number]
    return client.get(reverse("documents:look", args=address), asked).content.decode()


def found(words):
    """Return the pages that hold the words."""
    return list(PreviewPage.objects.filter(text__contains=words).values_list("number", flat=True))


@pytest.fixture
def prints(program, tmp_path):
    """Have the program print these pages, whatever it is given."""

    def make(*texts):
        (tmp_path / "made.pdf").write_bytes(pages_of(*texts))
        program(f'cp {tmp_path}/made.pdf "$out/file.pdf"')

    return make


def test_a_text_keeps_its_own_words_on_the_pages_of_the_print(prints, add, member, supply_chains, signed_in):
    said = [f"Kiln number {number} was inspected by labour officers" for number in range(30)]
    prints(
        "\n".join(["Draft for the secretariat only", *said[:10]]),
        "\n".join(["Draft for the secretariat only", "This was struck out long ago", *said[10:20]]),
        "\n".join(["Draft for the secretariat only", *said[20:]]),
    )
    paragraphs = [f"<w:t>{text}</w:t>" for text in said]
    paragraphs[10] = "<w:delText>This was struck out long ago</w:delText>" + paragraphs[10]
    paragraphs[15] += "<w:rPr><w:vanish/></w:rPr><w:t>, concealed from print</w:t>"
    version = add(member, supply_chains, "a.docx", word(*paragraphs))
    preview = make_preview(version)
    assert [page.text.count("Kiln") for page in preview.pages.all()] == [10, 10, 10]
    assert all(page.path and page.width for page in preview.pages.all())
    assert preview.thumbnail
    assert (found("concealed"), found("struck"), found("Draft")) == ([2], [], [])
    page = look(signed_in(member), version)
    assert "Page 3" in page
    assert "concealed from print" in page


def test_lines_and_hyphens_of_the_print_are_not_those_of_the_file():
    paid = "東京の工場で働く人々の賃金が支払われなかった。終わり。"
    own = Pages([Page(1, f"The mapping of workshops. Withheld wages, \ufb01rst. {paid}")])
    laid = ["The map-\nping of work-", "shops. With-\nheld wages, first.", "東京の工場で\n働く人々の賃金が"]
    assert parted(own, Pages(Page(number, text) for number, text in enumerate(laid, start=1))) == [
        Page(1, "The mapping of"),
        Page(2, "workshops. Withheld wages, \ufb01rst."),
        Page(3, paid),
    ]


def test_what_is_not_known_again_in_print_is_shown_without_pictures(prints, add, member, supply_chains):
    prints("Signs that mean nothing", "or are in no order at all", "and so no place is known")
    preview = make_preview(add(member, supply_chains, "a.docx", files.make("docx", "Words of the file itself.")))
    assert [(page.number, page.text, page.path) for page in preview.pages.all()] == [
        (1, "Words of the file itself.", "")
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("abc \n", max_size=80), st.lists(st.text("abc \n", max_size=40), max_size=5))
def test_no_word_is_lost_or_said_twice_wherever_the_pages_begin(text, laid):
    pages = parted(Pages([Page(1, text)]), Pages([Page(number, said) for number, said in enumerate(laid, start=1)]))
    if pages is not None:
        assert "".join("".join(page.text for page in pages).split()) == "".join(text.split())


def test_a_workbook_is_shown_by_its_sheets_alone(prints, add, member, supply_chains, signed_in):
    prints("Kiln 0", "Kiln 100", "Kiln 200", "Kiln 300")
    rows = "\n".join(f"Kiln {number},{number}" for number in range(400))
    version = add(member, supply_chains, "a.xlsx", files.make("xlsx", rows))
    make_preview(version)
    assert found("Kiln 399") == [1]
    page = look(signed_in(member), version)
    assert "Sheet 1" in page
    assert "Sheet 2" not in page


def test_a_slide_keeps_its_notes_beside_its_picture(prints, add, member, supply_chains, signed_in):
    prints("Wages", "", "Hours")
    version = add(member, supply_chains, "a.odp", slides("Wages", "", "Hours"))
    preview = make_preview(version)
    assert [bool(page.path) for page in preview.pages.all()] == [True, True, True]
    assert (found("Said of Hours"), preview.page_count) == ([3], 3)
    assert "Slide 3" in look(signed_in(member), version)


def test_where_a_slide_is_hidden_none_has_the_picture_of_another(prints, add, member, supply_chains):
    prints("Wages", "Hours")
    preview = make_preview(add(member, supply_chains, "a.odp", slides("Wages", "Hidden", "Hours")))
    assert list(preview.pages.values_list("number", "path")) == [(1, ""), (2, ""), (3, "")]
    assert found("Said of Hidden") == [2]


def test_what_was_kept_of_print_before_is_looked_at_again(prints, add, member, supply_chains):
    prints("Wages")
    make_preview(printed_before := add(member, supply_chains, "a.docx", files.make("docx", "Wages")))
    make_preview(drawn := add(member, supply_chains))
    make_preview(read := add(member, supply_chains, "a.xlsx", files.make("xlsx", "Wages,1")))
    import_module("groups.documents.migrations.0005_printed").look_again_at_what_was_printed(apps, None)
    assert set(Preview.objects.values_list("version", flat=True)) == {drawn.pk, read.pk}
    assert ask_for_missing() == 1
    assert make_preview(printed_before).is_ready


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


PRINTS = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from groups.documents.reading import printed
with printed(Path(sys.argv[2]), "docx", sys.argv[3]):
    pass
"""


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def comes_true(question, seconds=20):
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def test_a_killed_worker_leaves_no_copy_and_nothing_running(tmp_path, program, settings):
    """The program goes on in a process of its own, as an office program does."""
    running, temporary, source = tmp_path / "running", tmp_path / "temporary", tmp_path / "a.docx"
    temporary.mkdir()
    source.write_bytes(files.make("docx", "Wages were withheld."))
    office = program(f"sleep 300 & echo $! > {running}.part; mv {running}.part {running}; wait")
    worker = subprocess.Popen(
        [sys.executable, "-c", PRINTS, str(settings.BASE_DIR), str(source), str(office)],
        env={"TMPDIR": str(temporary)},
    )
    assert comes_true(running.exists)
    assert [path.name for folder in temporary.iterdir() for path in folder.glob("*.docx")] == ["file.docx"]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert comes_true(lambda: not list(temporary.iterdir()))
    assert comes_true(lambda: gone(int(running.read_text())))


def test_a_watcher_that_was_killed_costs_no_preview(tmp_path, program, report, monkeypatch):
    monkeypatch.setattr(import_module("groups.documents.reading.printed"), "WATCH", "")
    source = tmp_path / "a.docx"
    source.write_bytes(files.make("docx", "Words."))
    with printed(source, "docx", str(program(f'sleep 1; cp {report} "$out/file.pdf"'))) as made:
        assert made.stat().st_size


def test_what_nobody_lived_to_remove_goes_when_the_next_is_printed(tmp_path, program, report, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    names = ("action-groups-office-a", "action-groups-office-b", "office-c")
    old, young, of_others = (tmp_path / "temporary" / name for name in names)
    for folder in (old, young, of_others):
        folder.mkdir(parents=True)
        (folder / "file.docx").write_bytes(b"words")
    for folder in (old, of_others):
        os.utime(folder, (time.time() - 7200,) * 2)
    source = tmp_path / "a.docx"
    source.write_bytes(files.make("docx", "Words."))
    with printed(source, "docx", str(program(f'cp {report} "$out/file.pdf"'))):
        pass
    assert sorted((tmp_path / "temporary").iterdir()) == [young, of_others]
