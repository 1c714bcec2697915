"""Our ratchet against recorded checks, and the command that replays them."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from agents.vectors import NotVectors, replay

VECTORS = Path(__file__).parents[1] / "payloads" / "ratchet_vectors.json"
RECORDED: dict[str, Any] = json.loads(VECTORS.read_text())


def ran(path: Path) -> tuple[list[str], int]:
    """Return what the command prints and its exit code."""
    out = io.StringIO()
    try:
        call_command("ratchet", "replay", str(path), stdout=out)
    except SystemExit as ended:
        return out.getvalue().splitlines(), int(ended.code or 0)
    return out.getvalue().splitlines(), 0


def test_it_agrees_with_every_recorded_check() -> None:
    assert ran(VECTORS) == (["382 checks, 0 differences"], 0)


@pytest.mark.parametrize("kind", [lane["kind"] for lane in RECORDED["lanes"]])
def test_it_lives_a_recorded_lane_alike(kind: str) -> None:
    found = replay({"lanes": [lane for lane in RECORDED["lanes"] if lane["kind"] == kind]})
    assert (found.checks, found.differences) == (17, ())


def test_each_difference_is_a_line_and_the_exit_code_says_so(tmp_path: Path) -> None:
    wrong = copy.deepcopy(RECORDED)
    wrong["log_e"][0]["expect"] += 1e-6
    wrong["detector"][0]["alarm_index"] = 7
    wrong["lanes"][0]["expect"]["log"][1][3] = "demote"
    wrong["lanes"][1]["expect"]["final"]["detector"][2] += 1
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(wrong))
    lines, code = ran(path)
    assert code == 1
    assert lines[-1] == "382 checks, 4 differences"
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "log_e[0]",
        "detector[0] alarm_index",
        "lanes[0] good log",
        "lanes[1] drift final detector",
    ]
    assert lines[2] == "lanes[0] good log: at 1, at 3, 'promote', expected 'demote'"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "this is not JSON"),
        ("\xff\xfe", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[]", "It is not a JSON object."),
        ("{}", "It has no checks"),
        ('{"seed": 1, "about": "", "constants": {}}', "It has no checks"),
        ('{"log_e": {}}', "“log_e” is not a list of cases."),
        ('{"log_ee": []}', "It has a list “log_ee”"),
        ('{"log_e": [{"tau": 0.1, "expect": 0}]}', "log_e[0] has no 'cells'."),
        ('{"log_e": [[]]}', "log_e[0] cannot be read"),
        ('{"log_e": [{"cells": [[1, 1, 0]], "tau": 0.1, "expect": 0}]}', "log_e[0] cannot be read"),
        ('{"log_factor": [{"c": 0, "tau": 1, "w": 1, "s": 1, "y": 0, "expect": 0}]}', "log_factor[0] cannot be read"),
        ('{"sampling_uniform": [{"secret": 1, "id": "a", "expect": 0}]}', "sampling_uniform[0] cannot be read"),
        ('{"lanes": [{"kind": "x", "policy": {"risk": "none"}, "events": [], "expect": {}}]}', "A risk is low"),
    ],
)
def test_what_is_not_of_the_format_is_told_so(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(text.encode("latin-1") if "\xff" in text else text.encode())
    with pytest.raises(CommandError) as refused:
        call_command("ratchet", "replay", str(path))
    assert why in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("ratchet", "replay", str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"t": 1, "type": "party"}, "There is no entry of type “party”."),
        ({"type": "tick"}, "It has no 't'"),
        ({"t": 1, "type": "label", "y": 2}, "The loss of a label is between 0 and 1, not 2.0."),
        ({"t": 1, "type": "label", "y": 0, "w": float("nan")}, "The weight of a label is between 0 and 1"),
        ({"t": 1, "type": "version", "kind": "huge"}, "A version is patch, minor, major"),
        ({"t": 1, "type": "override", "level": 9, "until": 2, "who": "a", "reason": "b"}, "A level is 0 to 3"),
        ({"t": 1, "type": "override", "level": 1, "until": 1, "who": "a", "reason": "b"}, "until when"),
        ({"t": 1, "type": "relabel", "old": [1, 1], "new": [1, 1, 1], "labelled_at": 0}, "cannot be read"),
    ],
)
def test_an_event_that_cannot_be_is_told_so(event: dict[str, Any], why: str) -> None:
    lane = {**RECORDED["lanes"][0], "events": [event]}
    with pytest.raises(NotVectors) as refused:
        replay({"lanes": [lane]})
    assert refused.value.detail.startswith("lanes[0]")
    assert why in refused.value.detail
