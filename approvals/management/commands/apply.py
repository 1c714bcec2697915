"""`manage.py apply FILE… [--dry-run] [--json]`: bring organizations to what documents say."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from approvals.flow.apply import apply, read_document
from approvals.management.commands import _printing as printing
from approvals.rehearsal import Rehearsal, rehearse


class Command(BaseCommand):
    """Applies each document in one transaction of its own; all are checked before the first is applied."""

    help = "Apply configuration documents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the documents."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="a document, YAML or JSON, of one organization")
        parser.add_argument("--dry-run", action="store_true", help="change nothing; say what would be different")
        parser.add_argument("--json", action="store_true", help="print {organization, version, changes, created}")
        parser.add_argument("--reason", default="", help="why, for history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all, then apply (or rehearse) one after the other."""
        as_json, reason = options["json"], options["reason"]
        texts = [(name, printing.read_file(name)) for name in options["files"]]
        for name, text in texts:
            printing.trying(name, partial(read_document, text), as_json=as_json, out=self.stdout)
        for name, text in texts:
            if options["dry_run"]:
                rehearsal = printing.trying(name, partial(rehearse, text), as_json=as_json, out=self.stdout)
                self._tell(name, rehearsal, as_json=as_json)
                continue
            step = partial(apply, text, author="operator", reason=reason)
            applied = printing.trying(name, step, as_json=as_json, out=self.stdout)
            if as_json:
                self.stdout.write(json.dumps(applied.as_json(), ensure_ascii=False))
            else:
                printing.show(applied, self.stdout, name=name)

    def _tell(self, name: str, rehearsal: Rehearsal, *, as_json: bool) -> None:
        """Print what would happen."""
        if as_json:
            self.stdout.write(json.dumps(rehearsal.as_json(), ensure_ascii=False))
            return
        printing.show(rehearsal.applied, self.stdout, name=name)
        self.stdout.write(rehearsal.headline)
        for difference in rehearsal.different[:50]:
            self.stdout.write(f"  {difference.text}")
        for name, hits in rehearsal.watched.items():
            self.stdout.write(f"  Only watched: “{name}” would have hit {hits:,} of them.")
        self.stdout.write("Nothing was changed (--dry-run).")
