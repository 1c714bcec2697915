"""The developer's corner is for developing: without DEBUG it is neither installed, nor mounted, nor imported."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_style import tracked

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import sys, config.asgi
from django.urls import Resolver404, resolve
from django.conf import settings
try:
    found = resolve("/dev/").view_name
except Resolver404:
    found = ""
loaded = sorted(name for name in sys.modules if name == "dev" or name.startswith("dev."))
import django.core.management as management
print("dev" in settings.INSTALLED_APPS, found or "nothing", len(loaded), "fakeslack" in management.get_commands())
"""


def served(**more: str) -> str:
    """Start the product as web does, and return what it says of the corner."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=kept | {"COUNTERSIGN_ROLE": "web", "COUNTERSIGN_NO_BOOTSTRAP": "1", "SECRET_KEY": "x" * 60} | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    return told.stdout.strip().splitlines()[-1]


def test_without_debug_nothing_of_it_is_there() -> None:
    assert served(DEBUG="") == "False nothing 0 False"


def test_with_debug_it_is_mounted() -> None:
    found, name, loaded, command = served(DEBUG="1").split()
    assert (found, name, command) == ("True", "dev", "True")
    assert int(loaded) > 3


@pytest.mark.parametrize("path", tracked(".py"), ids=str)
def test_nothing_that_is_served_imports_it(path: Path) -> None:
    place = path.relative_to(ROOT) if path.is_absolute() else path
    if place.parts[0] in {"dev", "tests", "bench"}:
        return
    for node in ast.walk(ast.parse((ROOT / place).read_text("utf-8"))):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not any(name == "dev" or name.startswith("dev.") for name in names), place
