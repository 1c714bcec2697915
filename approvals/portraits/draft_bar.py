"""The bar of a draft, and what is wrong with it, as pages show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from accounts.viewer import Viewer
from approvals.configuration.faults import Fault
from approvals.drafting.rows import KEYS
from approvals.drafts import Desk
from approvals.faces.drafts import DraftFace, FaultFace
from approvals.faces.times import clock, many
from approvals.models import ConfigVersion
from approvals.portraits.named import Names
from approvals.portraits.sentences import chain_changes, sentence

_ROW = re.compile(r"/(\w+)/([0-9]+)(/.*)?$")
_CHAIN = re.compile(r"/chains/([^/]+)(?:/|$)")
PAGES = {
    "people": "/people/person?email={}",
    "teams": "/people/teams/{}",
    "chains": "/escalation/{}",
    "calendars": "/escalation/calendars/{}",
    "schedules": "/escalation/schedules/{}",
    "routes": "/routing/route?name={}",
    "rules": "/routing/rule?name={}",
}


def may_edit(viewer: Viewer) -> bool:
    """Whether the reader may change the configuration."""
    return viewer.has("admin")


def bar(desk: Desk, viewer: Viewer, now: datetime, *, consequence: str = "") -> DraftFace:
    """Return the bar over a page that edits."""
    return DraftFace(
        version=desk.version,
        mark=desk.mark,
        may_edit=may_edit(viewer),
        drafted=desk.drafted,
        said=said(desk, viewer) if desk.drafted else "",
        consequence=consequence,
        moved=moved(desk, viewer, now) if desk.moved else "",
        faults=len(desk.faults),
    )


def said(desk: Desk, viewer: Viewer) -> str:
    """Return the changes of a draft in one sentence, those beyond two only counted."""
    found = [one[:1].lower() + one[1:].rstrip(".") for one in all_changes(desk, viewer)]
    if len(found) <= 2:
        return sentence(tuple(found))
    return f"{many(len(found), 'change')}, among them: {'; '.join(found[:2])}."


def all_changes(desk: Desk, viewer: Viewer) -> tuple[str, ...]:
    """Return every change of a draft as a sentence; a chain's as what they mean for whoever waits."""
    names = Names(desk.document, viewer.email)
    before = {row["slug"]: row for row in desk.live.get("chains", ())}
    after = {row["slug"]: row for row in desk.document.get("chains", ())}
    out: list[str] = []
    told: set[str] = set()
    for change in desk.changes:
        found = _CHAIN.match(change.path)
        slug = found[1] if found else ""
        if slug not in before or slug not in after:
            out.append(change.text)
        elif slug not in told:
            told.add(slug)
            parts = chain_changes(before[slug], after[slug], names)
            out += [f"Chain “{slug}”: {part}." for part in parts] or [change.text]
    return tuple(out)


def moved(desk: Desk, viewer: Viewer, now: datetime) -> str:
    """Return who published what since the draft began."""
    row = ConfigVersion.objects.filter(number=desk.version).first()
    if row is None:
        return ""
    who = Names(desk.live).name(row.author) if row.author else "Somebody"
    why = f" “{row.reason}”" if row.reason else ""
    return (
        f"{who} published version {row.number} at {clock(row.created_at, now, viewer.timezone)}.{why} "
        f"This draft began from version {desk.based_on} and cannot be published before it is brought onto that one."
    )


def of_row(faults: Iterable[Fault], section: str, place: int) -> Iterator[tuple[str, str]]:
    """Yield (where in the row, what is wrong) for one row of the document: ("/steps/1/to", "…")."""
    start = f"/{section}/{place}"
    for one in faults:
        if one.path == start or one.path.startswith(f"{start}/"):
            yield one.path[len(start) :], one.message


def fault_faces(faults: Iterable[Fault], document: dict[str, Any]) -> tuple[FaultFace, ...]:
    """Return faults with the page where each is mended."""
    found = []
    for one in faults:
        place = _ROW.match(one.path)
        rows = document.get(place[1], []) if place and place[1] in KEYS else []
        if place and int(place[2]) < len(rows):
            name = str(rows[int(place[2])].get(KEYS[place[1]], ""))
            url = PAGES[place[1]].format(quote(name, safe="")) if place[1] in PAGES else ""
            found.append(FaultFace(one.message, url, f"{place[1][:-1].capitalize()} “{name}”"))
        else:
            found.append(FaultFace(one.message))
    return tuple(found)
