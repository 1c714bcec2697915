"""`manage.py audit verify` and `manage.py audit export`: history checked, and history taken out."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.doors import all_orgs, org_by_slug
from accounts.models import Organization
from approvals.replay import replay
from audit import checkpoints
from audit.export import lines
from audit.flow.note_export import note_export
from audit.verify import Report, verify
from core import clock, tx
from core.receipts import BadSigningKey, Signer


class Command(BaseCommand):
    """Checks the chain of history and writes it to a file."""

    help = "Check the audit log, or export it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do and for whom."""
        tasks = parser.add_subparsers(dest="task", required=True)
        check = tasks.add_parser("verify", help="recompute the chain and replay every decision; exit 1 if altered")
        check.add_argument("--org", metavar="SLUG", help="one organization; all of them without this")
        check.add_argument("--json", action="store_true", help="print one JSON object for each organization")
        export = tasks.add_parser("export", help="write the history of an organization")
        export.add_argument("--org", required=True, metavar="SLUG")
        export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
        export.add_argument("--output", metavar="FILE", help="standard output without this")
        for task in (check, export):
            task.add_argument(
                "--checkpoints",
                metavar="DIR",
                default=str(settings.DATA_DIR / "checkpoints"),
                help="where signed statements of the chain's end are kept; best on another machine",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["task"] == "verify":
            self.verify(options)
        else:
            self.export(options)

    def verify(self, options: dict[str, Any]) -> None:
        """Check one organization or all; raise CommandError (exit 1) if one was altered."""
        orgs = (_org(options["org"]),) if options["org"] else all_orgs()
        bad = [report for report in (self._check_one(org, options) for org in orgs) if not report.holds]
        if bad:
            raise CommandError(f"{len(bad)} of {len(orgs)} organizations: history was altered.")

    def _check_one(self, org: int, options: dict[str, Any]) -> Report:
        slug = _slug(org)
        path = Path(options["checkpoints"]) / f"{slug}.jws"
        signer = _signer()
        try:
            seen = checkpoints.read(path, signer, slug=slug) if signer else ()
        except checkpoints.BadCheckpoint as problem:
            raise CommandError(str(problem)) from None
        report = verify(org, replay=replay, checkpoints=seen)
        if report.holds and signer and report.end.seq:
            self._keep(path, checkpoints.signed(signer, slug=slug, end=report.end, at=clock.now()))
        self.stdout.write(_told(slug, report, len(seen), as_json=options["json"]))
        return report

    def _keep(self, path: Path, statement: str) -> None:
        try:
            checkpoints.append(path, statement)
        except OSError as problem:
            self.stderr.write(f"The checkpoint was not kept ({problem}). Name another folder with --checkpoints.")

    def export(self, options: dict[str, Any]) -> None:
        """Write the history, then note in it that it was exported."""
        org = _org(options["org"])
        if options["output"]:
            with Path(options["output"]).open("w", encoding="utf-8", newline="") as file:
                _write(org, options["format"], file)
        else:
            _write(org, options["format"], self.stdout)
        note_export(org, actor="operator", form=options["format"])


class Writable(Protocol):
    """A file, or a command's output."""

    def write(self, text: str, /) -> object:
        """Take a piece of text."""


def _write(org: int, form: str, file: Writable) -> None:
    with tx.reading(org):
        for line in lines(form):
            file.write(line)


def _told(slug: str, report: Report, seen: int, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(
            {
                "organization": slug,
                "holds": report.holds,
                "entries": report.entries,
                "head": report.end.hash.hex(),
                "first_broken_seq": report.first_broken_seq,
                "why": report.why,
                "differences": list(report.differences),
                "checkpoints": seen,
            }
        )
    if report.holds:
        return f"{slug}: {report.entries} entries hold, up to {report.end.hash.hex()}; {seen} checkpoints agree."
    return "\n".join(f"{slug}: {line}" for line in (report.why, *report.differences) if line)


def _org(slug: str) -> int:
    org = org_by_slug(slug)
    if org is None:
        raise CommandError(f"There is no organization {slug}.")
    return org


def _slug(org: int) -> str:
    with tx.reading(org):
        return Organization.objects.values_list("slug", flat=True).get(pk=org)


def _signer() -> Signer | None:
    if not settings.SIGNING_KEY:
        return None
    try:
        return Signer(settings.SIGNING_KEY, typ=checkpoints.TYPE)
    except BadSigningKey as problem:
        raise CommandError(str(problem)) from None
