"""`manage.py audit verify`: what it prints, how it ends, and the checkpoints it keeps outside the database."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.verify import verify
from tests.accounts.cast import an_organization
from tests.audit.history import LIE, happen, rehash
from tests.audit.owner import owner


class TestCommand:
    """`manage.py audit verify`."""

    def run(self, slug: str, folder: Path, *more: str) -> str:
        out = StringIO()
        call_command("audit", "verify", "--org", slug, "--checkpoints", str(folder), *more, stdout=out)
        return out.getvalue()

    def test_it_says_that_all_holds(self, tmp_path: Path) -> None:
        org, slug = an_organization()
        happen(org, 1, 2)
        assert f"{slug}: 2 entries hold" in self.run(slug, tmp_path)
        told = json.loads(self.run(slug, tmp_path, "--json"))
        assert (told["holds"], told["entries"], told["checkpoints"]) == (True, 2, 1)

    def test_it_ends_with_1_and_names_the_first_broken_entry(self, tmp_path: Path) -> None:
        org, slug = an_organization()
        happen(org, *range(5))
        with owner(org) as cursor:
            cursor.execute("update audit_entry set actor = 'x' where seq in (2, 4)")
        with pytest.raises(CommandError) as refused:
            self.run(slug, tmp_path)
        assert refused.value.returncode == 1
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("audit", "verify", "--org", slug, "--checkpoints", str(tmp_path), stdout=out)
        assert "Entry 2: its column actor was changed" in out.getvalue()

    def test_it_refuses_an_organization_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no organization"):
            self.run("nowhere", tmp_path)

    @pytest.mark.parametrize("crime", ["truncate", "rewrite"])
    def test_a_checkpoint_finds_what_fitting_hashes_hide(self, crime: str, tmp_path: Path) -> None:
        org, slug = an_organization()
        happen(org, *range(5))
        self.run(slug, tmp_path)
        with owner(org) as cursor:
            if crime == "truncate":
                cursor.execute("delete from audit_entry where seq > 3")
            else:
                cursor.execute(f"update audit_entry set body = {LIE} where seq = 4")
            rehash(cursor, org)
        assert verify(org).holds, "without a checkpoint nobody could know"
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("audit", "verify", "--org", slug, "--checkpoints", str(tmp_path), stdout=out)
        assert "checkpoint" in out.getvalue()

    def test_a_forged_checkpoint_is_refused(self, tmp_path: Path) -> None:
        org, slug = an_organization()
        happen(org, 1)
        self.run(slug, tmp_path)
        file = tmp_path / f"{slug}.jws"
        head, claims, signature = file.read_text().strip().split(".")
        for forged in (f"{head}.{claims}.{signature[::-1]}", "x", "a.b.c", f"{head}.{claims}.", "é.é.é", "....."):
            file.write_text(forged + "\n", encoding="utf-8")
            with pytest.raises(CommandError, match="line 1"):
                self.run(slug, tmp_path)

    def test_a_checkpoint_of_another_organization_is_refused(self, tmp_path: Path) -> None:
        org, slug = an_organization()
        other, other_slug = an_organization()
        happen(org, 1)
        happen(other, 1)
        self.run(slug, tmp_path)
        (tmp_path / f"{other_slug}.jws").write_text((tmp_path / f"{slug}.jws").read_text())
        with pytest.raises(CommandError, match="speaks of the organization"):
            self.run(other_slug, tmp_path)

    def test_a_folder_that_cannot_be_written_is_said_and_is_no_failure(self, tmp_path: Path) -> None:
        org, slug = an_organization()
        happen(org, 1)
        (tmp_path / "file").write_text("")
        errors = StringIO()
        call_command(
            "audit", "verify", "--org", slug, "--checkpoints", str(tmp_path / "file"), stdout=StringIO(), stderr=errors
        )
        assert "not kept" in errors.getvalue()
