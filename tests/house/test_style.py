"""Rules of the house that a machine can check. Each failure names the way out."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "agents", "approvals", "audit", "config", "core", "delivery", "dev", "escalations")
# file: why it may be over 300 lines
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}  # file:function: why it may be over 60 lines
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "services.py", "manager.py", "common.py"}
EDGES = ("approvals/api", "approvals/views", "accounts/views.py", "config")


def tracked(*suffixes: str) -> list[Path]:
    """Return the files that belong to the repository."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in done.stdout.splitlines() if name.endswith(suffixes) and (ROOT / name).is_file()]


def sources() -> Iterator[tuple[str, Path]]:
    """Yield the product's own Python files, migrations apart."""
    for path in tracked(".py"):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(APPS) and "/migrations/" not in name:
            yield name, path


def test_no_file_is_over_300_lines() -> None:
    long = {name: len(path.read_text().splitlines()) for name, path in sources()}
    over = {name: count for name, count in long.items() if count > 300 and name not in LONG_FILES}
    assert not over, f"split these by what they tell, or write the reason in LONG_FILES: {over}"


def test_no_function_is_over_60_lines() -> None:
    over = {}
    for name, path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60 and f"{name}:{node.name}" not in LONG_FUNCTIONS:
                    over[f"{name}:{node.name}"] = length
    assert not over, f"take a part out under a name of its own: {over}"


def test_files_are_named_after_what_is_in_them() -> None:
    found = [name for name, path in sources() if path.name in FORBIDDEN_NAMES]
    assert not found, f"name the file after what is in it: {found}"


def test_only_core_clock_reads_the_clock() -> None:
    reads = re.compile(
        r"datetime\.(now|utcnow|today)\(|\btime\.(time|monotonic|time_ns)\(|timezone\.now\(|date\.today\("
    )
    # The supervisor runs before Django and by the standard library alone.
    found = [
        f"{name}:{number}"
        for name, path in sources()
        if name != "core/clock.py" and not name.startswith("config/runtime/")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if reads.search(line)
    ]
    assert not found, f"take `now` as a parameter, or ask core.clock: {found}"


def test_nothing_is_left_to_the_brokers_memory() -> None:
    found = [
        name for name, path in sources() if re.search(r"\.(enqueue_in|enqueue_at|enqueue_many)\(", path.read_text())
    ]
    assert not found, f"a delay is a column (due_at) of the row that waits: {found}"


def test_edges_go_through_doors() -> None:
    found = [
        f"{name}:{number}"
        for name, path in sources()
        if name.startswith(EDGES)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ".objects.get(" in line
    ]
    assert not found, f"ask a door (approvals.access) or a named question (queries): {found}"


def test_the_scope_is_never_set_beyond_the_transaction() -> None:
    found = [
        name
        for name, path in sources()
        if re.search(r"set_config\([^)]*,\s*false\s*\)", path.read_text()) or "set session" in path.read_text().lower()
    ]
    assert not found, f"set_config(…, true) inside a transaction only: {found}"


def test_writing_below_a_flow_needs_a_flow() -> None:
    """Only flows open a transaction that writes."""
    found = [
        name
        for name, path in sources()
        if "transaction.atomic" in path.read_text() and name != "core/tx.py" and not name.startswith("config/")
    ]
    assert not found, f"use @use_case, or reading(org): {found}"


def test_no_file_speaks_of_somebodys_machine() -> None:
    private = re.compile(r"(?<![\w.:])/(?:root|home|Users)/\w")
    found = [
        path.relative_to(ROOT).as_posix()
        for path in tracked(".py", ".md", ".toml", ".yml", ".yaml", ".html", ".js", ".css", ".txt", ".lock")
        if private.search(path.read_text(errors="replace"))
    ]
    assert not found, f"a path of one machine is of no use on another: {found}"


def test_lock_files_name_no_index() -> None:
    found = [
        path.name
        for path in tracked(".lock", ".toml", ".txt")
        if re.search(r"https?://[^\s\"]*(pypi|npmjs|mirror|registry)", path.read_text())
    ]
    assert not found, f"lock files must not name where packages come from: {found}"
