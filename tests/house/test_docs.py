"""The pages say what the code does: every command, option, audit kind, metric, callback, link and example.

Settings, errors, routes and the configuration document are held by tests of their own, beside what they describe.
"""

from __future__ import annotations

import importlib
import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from prometheus_client import REGISTRY

from approvals.configuration.check import check
from audit.kinds import all_kinds
from config.runtime.commands import INSTEAD
from tests.house.test_style import tracked
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs/reference"
DJANGOS = {"help", "makemigrations", "shell"}
OPTION = re.compile(r"add_argument\(\s*\"(--[a-z-]+)\"")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """Return every page of the repository, payloads of tests apart."""
    return [path for path in tracked(".md") if "payloads" not in path.parts]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(language: str) -> list[tuple[str, str]]:
    """Return every example in a language, with the page it stands on."""
    return [
        (named(page), body) for page in pages() for kind, body in BLOCK.findall(page.read_text()) if kind == language
    ]


def rows(page: str) -> dict[str, str]:
    """Return the rows of a page's tables by the code word that each begins with."""
    text = (REFERENCE / page).read_text()
    return dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, re.MULTILINE))


def sources() -> dict[str, Path]:
    """Return our own commands, with the file that says which options they take."""
    found = {path.stem: path for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    return found | {"up": ROOT / "config/runtime/up.py", "test": ROOT / "config/runtime/commands.py"}


def test_every_command_is_on_its_page_with_every_option() -> None:
    told = rows("commands.md")
    assert set(told) == set(sources()) | set(INSTEAD), "docs/reference/commands.md lists exactly our commands"
    for name, path in sources().items():
        taken = set(OPTION.findall(path.read_text())) - {"--data-dir"}  # of every command: said above the table
        missing = taken - set(re.findall(r"--[a-z-]+", told[name]))
        assert not missing, f"say in docs/reference/commands.md what {name} does with {missing}"


def test_every_command_that_a_page_shows_exists() -> None:
    known = set(sources()) | DJANGOS | {"COMMAND"}
    wrong = [
        f"{named(page)}: {word}"
        for page in pages()
        for word in re.findall(r"python3 manage\.py ([A-Za-z]+)", page.read_text())
        if word not in known
    ]
    assert not wrong


def test_every_kind_of_audit_entry_is_on_its_page_with_its_sentence() -> None:
    assert rows("audit.md") == {kind.code: kind.text for kind in all_kinds()}


def test_every_metric_is_on_its_page() -> None:
    importlib.import_module("config.health")  # registers all of them
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("countersign_")}
    assert set(rows("metrics.md")) == ours


OF_AGENTS = {"agent.paused", "agent.resumed", "agent.level_changed"}


def test_every_callback_is_on_its_page() -> None:
    source = "".join(path.read_text() for path in (ROOT / "approvals").rglob("*.py"))
    sent = set(re.findall(r"callback\(story, \"([a-z_.]+)\"", source)) | OF_AGENTS
    table = (REFERENCE / "callbacks.md").read_text().partition("| --- |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`((?:action|agent)\.[a-z_]+)`", table)) == sent


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{named(page)}: {target}"
        for page in pages()
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if not re.match(r"https?://|#", target) and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert not broken


@pytest.mark.parametrize("folder", ["how-to", "reference", "decisions"])
def test_every_page_is_in_the_list_of_its_folder(folder: str) -> None:
    here = ROOT / "docs" / folder
    listed = set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", (here / "README.md").read_text()))
    there = {path.name for path in here.glob("*.md")} - {"README.md"}
    assert listed == there, f"docs/{folder}/README.md lists every page beside it"


def test_nothing_is_left_to_be_written() -> None:
    left = [named(page) for page in pages() if re.search(r"\b(TODO|FIXME|TBD|XXX)\b", page.read_text())]
    assert not left


def test_every_example_in_python_is_python() -> None:
    for page, body in blocks("python"):
        compile(body, page, "exec")


def test_the_first_configuration_document_is_taken_without_a_warning() -> None:
    (document,) = [body for page, body in blocks("yaml") if page == "docs/tutorial/your-organization.md"]
    assert check(document).warnings == ()


def test_the_check_of_an_export_that_the_page_shows_works(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    call_command("audit", "export", "--org", world.slug, "--output", "acme.jsonl", stdout=io.StringIO())
    (body,) = [body for page, body in blocks("python") if page == "docs/how-to/check-the-audit-trail.md"]
    program = compile(body, "page", "exec")
    exec(program, {})
    assert "entries hold" in capsys.readouterr().out
    export = tmp_path / "acme.jsonl"
    export.write_text(export.read_text().replace("config.applied", "config.altered", 1))
    with pytest.raises(AssertionError):
        exec(program, {})
