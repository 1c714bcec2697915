"""docs/reference/settings.md names every setting that the code reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from config.selfcheck import KNOWN

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/reference/settings.md").read_text()
READ = re.compile(r"env\.(\w+)\(\s*\"([A-Z][A-Z_]+)\"")
OURS = {"COUNTERSIGN_DEMO_PORT", "COUNTERSIGN_LISTEN_FD", "COUNTERSIGN_ROLE"}  # set by `up`, never by people
OF_OIDC = {f"OIDC_{part}" for part in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME")}


def read_by_the_code() -> set[str]:
    """Return every name that settings.py asks the environment for."""
    found = READ.findall((ROOT / "config/settings.py").read_text())
    plain = {name for reader, name in found if reader != "company_account"}
    return plain | (OF_OIDC if len(plain) < len(found) else set())


def test_every_setting_is_on_the_page_and_nothing_else() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert listed == read_by_the_code() | {"COUNTERSIGN_NO_BOOTSTRAP"}


def test_every_name_of_our_own_is_explained_or_internal() -> None:
    named = set(re.findall(r"`(COUNTERSIGN_[A-Z_]+)`", PAGE))
    assert named == KNOWN - OURS
