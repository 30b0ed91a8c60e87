"""The posts of a page as its reader sees them, and the lines between them that say what was done to the thread."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import markdown
from core.templatetags.looks import moment_writer
from discussions import parts
from discussions.filling import Reference, filler
from discussions.markup import Row
from discussions.models import Thread, Trace
from discussions.pointing import titles_in
from discussions.signs import signs_on
from discussions.views.page.sheet import Sheet
from groups.attribution import Attribution


def address(sheet: Sheet, one: Reference) -> str:
    """Return where a post elsewhere in the group is read."""
    at = sheet.thread.get_absolute_url().removesuffix(f"{sheet.thread.pk}/")
    return f"{at}{one.thread_id}/?post={one.number}#post-{one.number}"


def rows_of(sheet: Sheet, *, read_to: int, first_unread: int, here: int) -> list[Row]:
    """Return the posts of the page; `here` is the number it was opened at."""
    moment, reader = moment_writer(), sheet.standing.user.pk
    beside = parts.beside(sheet.visit, sheet.shown) if sheet.shown else {}
    filled = _filler(sheet)
    rows: list[Row] = []
    for post in sheet.posts:
        own = post.author_id == reader
        css = "post"
        if post.number == 1:
            css += " post--first"
        if post.number > read_to and not own:
            css += " is-unread"
        if post.number == here:
            css += " is-here"
        row = Row(number=post.number, css=css, is_first_unread=post.number == first_unread)
        if gone := _gone(sheet, post):
            row.css += " post--gone"
            row.gone = gone
            if _is_hidden(post) and sheet.may_read(post.created_at):
                row.may_see_why = sheet.standing.is_lead or (own and sheet.standing.is_participant)
            rows.append(row)
            continue
        row.voice = sheet.voices.of(sheet.said(post))
        # Where the reader may not know who speaks, folding would tell them.
        row.folded = bool(post.folded and not own and row.voice.name)
        row.body = filled(post.html, sheet.veils[post.pk])
        row.time = moment(post.created_at)
        if post.copied_at:
            row.copied = _copied(sheet, post.copied_at)
        if post.reply_to_id:
            _answer(sheet, post, row, rows)
        row.edited = date_format(timezone.localtime(post.edited_at)) if post.edited_at else ""
        row.key = str(post.key) if own else ""
        row.beside = beside.get(post.pk, "")
        row.signs = signs_on(post.signs, sheet.voices, sheet.veils[post.pk], sheet.standing)
        row.has_menu = reader is not None
        rows.append(row)
    return rows


def _is_hidden(post: Any) -> bool:
    """Say whether a lead took the words out of sight: then they can be shown again."""
    return bool(post.deleted_at and post.deleted_by_id != post.author_id and not post.deleted_reason)


def _gone(sheet: Sheet, post: Any) -> str:
    """Return what stands in the place of a post without words for this reader; empty for one that has some."""
    if not sheet.may_read(post.created_at):
        return _("a post from before you joined")
    if _is_hidden(post):
        return _("hidden by a lead")
    if post.deleted_at:
        if post.deleted_by_id == post.author_id:
            return _("deleted by its author")
        return _("deleted by a lead: %s") % str(post.deleted_reason)
    if post.moved_to_id:
        if (target := sheet.references.get(post.moved_to_id)) is None:
            return _("moved to another thread")
        if target.thread_id == sheet.thread.pk:
            return format_html(
                _('moved, and back again as <a href="{}">#{}</a>'), address(sheet, target), target.number
            )
        words = _('moved to <a href="{}">“<bdi>{}</bdi>”, #{}</a>')
        return format_html(words, address(sheet, target), target.title, target.number)
    return ""


def _answer(sheet: Sheet, post: Any, row: Row, before: list[Row]) -> None:
    """Say what the post answers, as far as the reader may read it."""
    if not sheet.may_read(post.reply_to__created_at):
        row.to_name = _("a post from before you joined")
        return
    row.to_name = sheet.voices.of(sheet.answered(post)).label
    elsewhere = sheet.references.get(post.reply_to_id)  # one of this thread stands there too, where somebody quotes it
    if elsewhere is not None and elsewhere.thread_id != sheet.thread.pk:
        row.to_thread = elsewhere.title
        row.to, row.to_url = elsewhere.number, address(sheet, elsewhere)
    else:
        row.to = post.reply_to__number
        # Indented only below what it answers: further down it would read as an answer to something else.
        if before and row.to == post.number - 1:
            row.css += " post--reply"


def _copied(sheet: Sheet, at: datetime) -> SafeString:
    """Say who copied a post from the chat, as the reader may know them, and when."""
    day = date_format(timezone.localtime(at), "j F Y")
    name = sheet.voices.of(sheet.starter).label
    return format_html(_("From the chat, copied by {name} on {date}"), name=name, date=day)


# --- Texts ------------------------------------------------------------------------------------------------------------


def _filler(sheet: Sheet) -> Callable[[str, int], SafeString]:
    """Return the function that fills the texts of the page."""

    def name(one: Reference) -> str:
        return sheet.voices.of(sheet.referred(one)).label

    def url(one: Reference) -> str:
        here = one.thread_id == sheet.thread.pk and sheet.first <= one.number <= sheet.last
        return f"#post-{one.number}" if here else address(sheet, one)

    titles = titles_in((post.html for post in sheet.shown), sheet.standing.user)
    return filler(sheet.voices, sheet.references, sheet.may_read, name, url, titles)


# --- Traces -----------------------------------------------------------------------------------------------------------


def traces_of(sheet: Sheet) -> dict[int, list[SafeString]]:
    """Return the lines of the page, by the number of the post below which they stand."""
    moment, lines = moment_writer(), dict[int, list[SafeString]]()
    for trace in sheet.traces:
        who = sheet.voices.of(sheet.acted(trace)).label
        said = format_html("{} · <bdi>{}</bdi> · {}", _words(sheet, trace), who, moment(trace.created_at))
        if trace.kind == Trace.Kind.CLOSED:
            words = markdown.fill(trace.html, {}, "")
            line = '<details class="disclosure"><summary>{}</summary><div class="prose" dir="auto">{}</div></details>'
            said = format_html(line, said, words)
        lines.setdefault(trace.after, []).append(said)
    return lines


def _words(sheet: Sheet, trace: Any) -> SafeString | str:
    if trace.kind == Trace.Kind.CLOSED:
        return _("Closed with a conclusion")
    if trace.kind == Trace.Kind.REOPENED:
        return _("Opened again")
    if trace.kind == Trace.Kind.ATTRIBUTION:
        return Attribution(int(trace.text)).stated or _("Who said what follows the rules of names again.")
    count, other = trace.count, _title(sheet, trace.other)
    if trace.kind == Trace.Kind.ARRIVED:
        words = ngettext("{} post came here from {}", "{} posts came here from {}", count)
    elif trace.kind == Trace.Kind.MERGED:
        words = ngettext("The whole thread, {} post, went to {}", "The whole thread, {} posts, went to {}", count)
    else:
        words = ngettext("{} post went from here to {}", "{} posts went from here to {}", count)
    return format_html(words, count, other)


def _title(sheet: Sheet, other: Thread | None) -> SafeString | str:
    """Return a link to the other thread of a move, where the reader may know of it."""
    if other is None or not sheet.may_read(other.last_post_at):
        return _("another thread")
    at = sheet.thread.get_absolute_url().removesuffix(f"{sheet.thread.pk}/")
    return format_html('<a href="{}{}/">“<bdi>{}</bdi>”</a>', at, other.pk, other.title)
