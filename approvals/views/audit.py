"""The audit log: entries, the state of their chain, one entry open, export."""

from __future__ import annotations

from datetime import datetime
from tempfile import SpooledTemporaryFile
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Person
from accounts.viewer import Viewer, require_role
from approvals.faces.glyphs import glyph_of
from approvals.faces.pages import AuditFace, EntryFace
from approvals.faces.people import face_of
from approvals.faces.times import zone_of
from approvals.replay import replay
from approvals.views.frame import actor_of, done, page, show
from audit import export
from audit.chain import End, Link, fault
from audit.flow.note_check import note_check
from audit.flow.note_export import note_export
from audit.kinds import all_kinds
from audit.models import Entry, Head
from audit.queries import Told, told
from audit.verify import verify
from core import clock, ids, tx

MOST = 50
LARGEST = 2**62
IN_MEMORY = 4 * 1024 * 1024  # bytes; more goes to the disk


@require_safe
@page
@require_role("admin", "auditor")
def audit(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show history, newest first."""
    now = clock.now()
    with tx.reading(viewer.org):
        face = _face(request, viewer, now)
    return show(request, viewer, "audit/page.html", "audit", now=now, audit=face)


@require_POST
@page
@require_role("admin", "auditor")
def check(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Recompute the whole chain and every decision now, and keep what was found."""
    began = clock.monotonic()
    report = verify(viewer.org, replay=replay)
    took_ms = round((clock.monotonic() - began) * 1000)
    note_check(viewer.org, actor=actor_of(viewer).who, report=report, took_ms=took_ms)
    if report.holds:
        return done(request, f"All {report.entries:,} entries hold.", default="/audit")
    return done(request, "Something was altered. Read what was found.", default="/audit", tone="warning")


@require_POST
@page
@require_role("admin", "auditor")
def download(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Give all of history as a file of JSON lines, and write down that it was taken: hence a POST."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    with tx.reading(viewer.org):
        for line in export.lines("jsonl"):
            file.write(line.encode())
    note_export(viewer.org, actor=actor_of(viewer).who, form="jsonl")
    file.seek(0)
    name = f"audit-{viewer.org_slug}.jsonl"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/x-ndjson")


def _face(request: HttpRequest, viewer: Viewer, now: datetime) -> AuditFace:
    words, kind = request.GET.get("q", "").replace("\0", "").strip()[:100], request.GET.get("kind", "")
    kinds = tuple(one.code for one in all_kinds())
    kind = kind if kind in kinds else ""
    before, opened = _number(request.GET.get("before", "")), _number(request.GET.get("open", ""))
    rows = _asked_for(words, kind)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: MOST + 1])
    query = {"q": words, "kind": kind}
    head = Head.objects.filter(org_id=viewer.org).first()
    first = Entry.objects.order_by("seq").values_list("at", flat=True).first()
    people = {one.email.lower(): one for one in Person.objects.all()}
    last = Entry.objects.filter(subject="audit", kind="audit.checked").order_by("-seq").first()
    checked = told(last).facts if last else {}
    return AuditFace(
        entries=tuple(_entry(one, people, viewer, query, before, opened) for one in found[:MOST]),
        total=head.seq if head else 0,
        holds=bool(checked["holds"]) if "holds" in checked else None,
        broken_at=checked.get("first_broken"),
        why=str(checked.get("found", "")),
        checked_at=last.at if last else None,
        took_ms=checked.get("took_ms"),
        since=first,
        head=_short(bytes(head.hash).hex()) if head else "",
        query=words,
        kind=kind,
        kinds=kinds,
        newer_url=_url(query) if before is not None else "",
        older_url=_url(query, before=found[MOST - 1].seq) if len(found) > MOST else "",
        zone_name=str(zone_of(viewer.timezone)),
        may_check=True,
        may_export=True,
    )


def _asked_for(words: str, kind: str) -> QuerySet[Entry]:
    rows = Entry.objects.all()
    if kind:
        rows = rows.filter(kind=kind)
    if words:
        named = any(ids.parse(prefix, words) for prefix in ("act", "dlv", "key", "prs"))
        rows = rows.filter(subject=words) if named else rows.filter(Q(actor__icontains=words) | Q(subject=words))
    return rows


def _entry(
    row: Entry,
    people: dict[str, Person],
    viewer: Viewer,
    query: dict[str, str],
    before: int | None,
    opened: int | None,
) -> EntryFace:
    entry = told(row)
    kind, _, name = entry.actor.partition(":")
    person = people.get(name.lower()) if kind == "person" else None
    is_open = row.seq == opened
    here = {} if before is None else {"before": before}
    return EntryFace(
        seq=row.seq,
        at=row.at,
        actor=name or entry.actor,
        kind=entry.kind,
        sentence=entry.sentence.removeprefix(f"{entry.actor} "),
        subject=entry.subject,
        subject_url=_subject_url(entry),
        hash=entry.hash,
        prev_hash=entry.prev_hash,
        who=face_of(person.name, person.email, you=person.pk == viewer.person_id) if person else None,
        glyph=glyph_of(name) if kind == "agent" else "gear",
        opened=is_open,
        body=entry.body,
        holds=_holds(row) if is_open else True,
        open_url=_url(query, **here, **({} if is_open else {"open": row.seq})) + f"#entry-{row.seq}",
    )


def _subject_url(entry: Told) -> str:
    if ids.parse("act", entry.subject):
        return f"/actions/{entry.subject}"
    kind, _, name = entry.subject.partition(":")
    return f"/agents/{name}" if kind == "agent" and name else ""


def _holds(row: Entry) -> bool:
    """Whether the entry follows from the one before, by its own hash."""
    before = Entry.objects.filter(seq=row.seq - 1).first()
    end = End(before.seq, bytes(before.hash)) if before else End()
    link = Link(
        row.seq, row.at, row.kind, row.actor, row.subject, bytes(row.body), bytes(row.prev_hash), bytes(row.hash)
    )
    return fault(link, end) is None


def _short(hashed: str) -> str:
    return f"{hashed[:16]} … {hashed[-8:]}"


def _url(query: dict[str, str], **more: int) -> str:
    asked = urlencode({name: value for name, value in {**query, **more}.items() if value != ""})
    return f"/audit?{asked}" if asked else "/audit"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 and int(text) < LARGEST else None
