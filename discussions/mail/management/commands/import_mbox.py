"""`manage.py import_mbox ARCHIVE --group SLUG [--dry-run]`: a mailing list's archive becomes threads."""

import resource
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from discussions.mail.archives import Report, import_archive
from discussions.mail.archives.mbox import open_archive
from groups.models import Group, GroupState, History, Participant

SENDERS_SHOWN = 50


class Command(BaseCommand):
    """Takes an archive in."""

    help = (
        "Take a mailing list's archive (mbox, also .gz) in as threads of a group. It may be run again, with the same archive or "
        "a longer one: nothing comes twice. Nobody is told, and nothing of it counts as unread."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("archive", type=Path)
        parser.add_argument("--group", required=True, metavar="SLUG", help="the last part of the group's address")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; say what would come of it")
        parser.add_argument(
            "--hidden-past",
            action="store_true",
            help="do so in a group that shows its past to nobody who joined later: only older members read what is taken in",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it in, and report."""
        group = (
            Group.objects.filter(slug=options["group"])
            .exclude(state__in=[GroupState.PROPOSED, GroupState.DECLINED])
            .first()
        )
        if group is None:
            raise CommandError(f"There is no open group {options['group']!r}.")
        if group.history == History.FROM_JOINING and not group.is_read_outside:
            self._warn_of_the_past(group, options)
        if not options["archive"].is_file():
            raise CommandError(f"{options['archive']} is no file.")
        with open_archive(options["archive"]) as file:
            report = import_archive(file, group, dry=options["dry_run"], progress=self._progress)
        self._write(report, dry=options["dry_run"])

    def _warn_of_the_past(self, group: Group, options: dict[str, Any]) -> None:
        people = Participant.objects.taking_part().filter(membership__group=group).values("user").distinct().count()
        said = (
            f"This group shows nobody what was written before they joined. Of its {people} participants, each would read only "
            "what is younger than their own place."
        )
        if not (options["hidden_past"] or options["dry_run"]):
            raise CommandError(f"{said} Let its leads change that first, or say --hidden-past.")
        self.stdout.write(said)

    def _progress(self, report: Report) -> None:
        if report.mails % 10_000 < 200 and report.mails >= 10_000:
            self.stderr.write(f"{report.mails} mails …")

    def _write(self, report: Report, *, dry: bool) -> None:
        would = "would be" if dry else "were"
        lines = [f"{report.mails} mails in the archive."]
        if report.first and report.last:
            lines.append(f"From {report.first:%Y-%m-%d} to {report.last:%Y-%m-%d}.")
        lines += [
            f"{report.posts} {would} taken in as posts, {report.threads} threads {would} begun.",
            f"{report.known} were there already.",
            f"{report.by_people} {would} by people of the group, {report.posts - report.by_people} by a name.",
            f"{report.files} files {would} left out; posts name them.",
        ]
        if report.cut:
            lines.append(f"{report.cut} {would} cut, being longer than a post.")
        for reason, count in report.refused.most_common():
            lines.append(f"{count} refused: {reason}.")
        if report.unmatched:
            lines.append("Senders who are nobody of the group, kept as names:")
            lines += [f"  {count:6} {address}" for address, count in report.unmatched.most_common(SENDERS_SHOWN)]
            if len(report.unmatched) > SENDERS_SHOWN:
                lines.append(f"  and {len(report.unmatched) - SENDERS_SHOWN} more.")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines.append(f"Peak memory: {peak:.0f} MB.")
        self.stdout.write("\n".join(lines))
