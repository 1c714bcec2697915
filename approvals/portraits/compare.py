"""The draft beside the version in force, and the versions there were."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from datetime import datetime

from accounts.viewer import Viewer
from approvals.configuration.difference import difference
from approvals.configuration.export import as_json, as_yaml
from approvals.drafts import Desk
from approvals.faces.diffs import DiffLine
from approvals.faces.drafts import CompareFace, MovedFace, VersionRow, VersionsFace
from approvals.models import ConfigVersion
from approvals.moves import Move, Moved, moved_in
from approvals.portraits.chain_page import calendars_in
from approvals.portraits.draft_bar import all_changes, bar, fault_faces, may_edit
from approvals.portraits.named import Names, titled
from approvals.portraits.past import consequence, ended

LAST = 500
AT_ONCE = 100
"""So many of the past are judged again unasked: each takes some milliseconds."""
MOST_MOVED = 20
MOST_LINES = 400
MOST_VERSIONS = 100
MOST_CHANGES = 200
MARKS = {"-": "del", "+": "add", "@": "hd"}


def compare(desk: Desk, viewer: Viewer, now: datetime, *, reason: str = "", error: str = "") -> CompareFace:
    """Return everything a draft would change, and what it takes to publish it."""
    moved = moved_in(viewer.org, as_json(desk.document), last=AT_ONCE) if desk.drafted and not desk.faults else None
    return CompareFace(
        draft=bar(desk, viewer, now),
        changes=all_changes(desk, viewer),
        consequences=_consequences(desk, viewer, now),
        headline=" ".join((moved.headline, *moved.lines)) if moved else "",
        moved=moved_faces(moved) if moved else (),
        faults=fault_faces(desk.faults, desk.document),
        warnings=fault_faces(desk.warnings, desk.document),
        lines=_lines(desk),
        reason=reason,
        error=error,
    )


def moved_faces(moved: Moved) -> tuple[MovedFace, ...]:
    """Return the past actions that would have gone another way: for each other way the newest, and how many more."""
    counted: Counter[str] = Counter()
    newest: dict[str, Move] = {}
    for one in moved.moves:
        text = one.text.partition("): ")[2] or one.text
        counted[text] += 1
        newest.setdefault(text, one)
    return tuple(
        MovedFace(newest[text].title, f"/actions/{newest[text].action}", text, number - 1)
        for text, number in counted.most_common(MOST_MOVED)
    )


def _consequences(desk: Desk, viewer: Viewer, now: datetime) -> tuple[str, ...]:
    names, calendars = Names(desk.document, viewer.email), calendars_in(desk)
    before = {row["slug"]: row for row in desk.live.get("chains", ())}
    said = []
    for chain in desk.document.get("chains", ()):
        if chain["slug"] in before and before[chain["slug"]] != chain:
            past = ended(chain["slug"], now)
            if told := consequence(past, before[chain["slug"]], chain, names, calendars):
                said.append(f"{titled(chain['slug'])}: {told}")
    return tuple(said)


def _lines(desk: Desk) -> tuple[DiffLine, ...]:
    old, new = (as_yaml(one).splitlines() for one in (desk.live, desk.document))
    found = list(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]
    return tuple(
        DiffLine(MARKS.get(line[:1], "same"), line if line.startswith("@") else line[1:]) for line in found[:MOST_LINES]
    )


def versions(viewer: Viewer, opened: int, *, error: str = "") -> VersionsFace:
    """Return the versions, newest first, and what the opened one changed; in the scope that is open."""
    rows = list(ConfigVersion.objects.defer("document").order_by("-number")[:MOST_VERSIONS])
    pair = {row.number: row for row in ConfigVersion.objects.filter(number__in=(opened, opened - 1))}
    changes: tuple[str, ...] = ()
    if opened in pair:
        before = json.loads(pair[opened - 1].document) if opened - 1 in pair else None
        changes = tuple(one.text for one in difference(before, json.loads(pair[opened].document)))
    return VersionsFace(
        rows=tuple(
            VersionRow(row.number, row.author, row.reason, row.created_at, live=place == 0)
            for place, row in enumerate(rows)
        ),
        may_edit=may_edit(viewer),
        opened=opened if opened in pair else 0,
        changes=changes[:MOST_CHANGES],
        more=max(0, len(changes) - MOST_CHANGES),
        error=error,
    )
