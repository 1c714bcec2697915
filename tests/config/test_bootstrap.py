"""manage.py makes its own environment: from nothing, once, again when the lock changes, and never with other bytes.

The lock of these tests names one wheel that the test makes itself; the registry is switched off.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import manage

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = """
import sys, probe
def run(arguments):
    print(sys.prefix, probe.VERSION, *arguments)
    return 0
"""

pytestmark = [pytest.mark.slow, pytest.mark.outside]


class Checkout:
    """A checkout with our manage.py, a command that tells where it runs, and a lock with one wheel."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wheels = folder / "checkout", folder / "wheels"
        (self.folder / "config/runtime").mkdir(parents=True)
        (self.folder / "config/runtime/commands.py").write_text(COMMANDS)
        self.wheels.mkdir()
        shutil.copy(ROOT / "manage.py", self.folder)
        self.lock("1.0")

    def lock(self, version: str, *, digest: str = "") -> None:
        """Make a wheel of this version and name it in both locks, with its digest or another."""
        wheel = self.wheels / f"probe-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("probe.py", f"VERSION = {version!r}")
            info = f"probe-{version}.dist-info"
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: probe\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        for name in ("requirements.lock", "requirements-dev.lock"):
            (self.folder / name).write_text(f"probe=={version} --hash=sha256:{digest}\n")

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start a command with the machine's Python and a bare environment."""
        python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
        return subprocess.Popen(
            [python, "manage.py", *words],
            cwd=self.folder,
            env={
                "HOME": str(self.wheels),
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.wheels),
                "UV_OFFLINE": "1",
            }
            | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **more: str) -> tuple[int, str, str]:
        """Run a command to its end."""
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=100)
        return process.returncode, out, err


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_call_installs_and_says_so_and_the_second_is_silent(checkout: Checkout) -> None:
    code, out, err = checkout.run("hello", "--flag")
    assert (code, out.split()) == (0, [str(checkout.folder / ".venv"), "1.0", "hello", "--flag"]), err
    assert "installing what requirements.lock names" in err
    assert checkout.run("again") == (0, f"{checkout.folder / '.venv'} 1.0 again\n", "")


def test_a_changed_lock_is_installed_by_the_next_call(checkout: Checkout) -> None:
    checkout.run("hello")
    checkout.lock("2.0")
    code, out, err = checkout.run("hello")
    assert (code, out.split()[1]) == (0, "2.0"), err


def test_two_first_calls_at_once_wait_for_each_other(checkout: Checkout) -> None:
    both = [checkout.start(str(number)) for number in (1, 2)]
    ends = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert sum("installing what" in err for _, err in ends) == 1


def test_other_bytes_than_the_lock_names_are_not_installed(checkout: Checkout) -> None:
    checkout.lock("1.0", digest="0" * 64)
    code, out, err = checkout.run("hello")
    assert (code, out) == (1, "")
    assert "nothing could install what is needed" in err
    assert "HASH" in err.upper()


def test_an_environment_that_was_broken_is_made_anew(checkout: Checkout) -> None:
    checkout.run("hello")
    python = checkout.folder / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    code, out, err = checkout.run("hello")
    assert (code, out.split()[1]) == (0, "1.0"), err


def test_it_can_be_left_to_the_person(checkout: Checkout) -> None:
    code, _, err = checkout.run("hello", COUNTERSIGN_NO_BOOTSTRAP="1")
    assert code == 1
    assert "No module named 'probe'" in err
    assert not (checkout.folder / ".venv").exists()


def test_a_python_without_ensurepip_uses_the_pip_it_has(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    present = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else present(name))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(checkout.wheels))
    monkeypatch.setattr(manage, "ENVIRONMENT", checkout.folder / ".venv")
    monkeypatch.setattr(manage, "PYTHON", checkout.folder / ".venv/bin/python")
    manage.make_environment()
    assert not (checkout.folder / ".venv/bin/pip").exists()
    manage.install(checkout.folder / "requirements.lock")
    assert list((checkout.folder / ".venv").glob("lib/*/site-packages/probe.py"))


def test_without_any_installer_it_says_what_to_do(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "ways_by_uv", lambda _: [])
    monkeypatch.setattr(manage, "ways_to_pip", list)
    with pytest.raises(manage.CannotInstall, match="apt install python3-venv"):
        manage.install(checkout.folder / "requirements.lock")


def test_the_locks_name_no_registry_and_pin_everything_by_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
        assert all("==" in line for line in pinned)
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_lock_with_the_tools_contains_the_other() -> None:
    def pins(name: str) -> set[str]:
        return {line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_locks_satisfy_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name, wanted in (
        ("requirements.lock", project["project"]["dependencies"]),
        ("requirements-dev.lock", [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]),
    ):
        pins = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE))
        for text in wanted:
            asked = Requirement(text)
            assert asked.specifier.contains(pins[asked.name.lower()]), f"{name} does not satisfy {text}"
