"""Mail that a server took and then gave back, or that its reader called spam: the address is flagged.

Whatever still waits for that person goes on by their next channel at once, as if the mail had been refused.
"""

from __future__ import annotations

from accounts.models import Person
from approvals.models import Asked
from audit.record import record
from core import ids, tx
from delivery import failures
from delivery.failures import Lost
from delivery.models import Parcel

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
KINDS = frozenset({HARD, SOFT, COMPLAINT})
SAID = {HARD: "the mail came back: there is no such mailbox", COMPLAINT: "its reader called the mail spam"}


@tx.use_case
def bounced(org: int, address: str, kind: str) -> bool:
    """Flag the address of one of this organization's people; returns False if it is nobody's.

    A soft bounce flags nothing: the mail server tries again by itself. Told twice, it is kept once.
    """
    person = Person.objects.filter(email__iexact=address, archived_at=None).first()
    if person is None or kind == SOFT:
        return False
    now, error = tx.now(), f"{failures.BOUNCED}{SAID[kind]}"
    known = failures.unhealthy([person.pk]).get(person.pk, {}).get("email") == error
    asked = Asked.objects.filter(person=person, left_at=None, action__status="pending")
    mailed = Parcel.objects.filter(
        person=person.pk,
        channel="email",
        kind__in=failures.TELLING,
        status=Parcel.Status.SENT,
        action__in=list(asked.values_list("action_id", flat=True)),
    )
    newest = {parcel.action: parcel for parcel in mailed.order_by("number")}
    told = failures.told(person.pk, "email")
    for parcel in newest.values():
        if parcel.action not in told:
            failures.lost(_lost(parcel.address, person, parcel, error), now)
    if not known and not newest:
        failures.lost(_lost(person.email, person, None, error), now)
    if not known:
        facts = {"address": person.email, "kind": kind}
        record("email.bounced", actor="mail", subject=ids.public("prs", person.pk), facts=facts, at=now)
    return True


def _lost(address: str, person: Person, parcel: Parcel | None, error: str) -> Lost:
    return Lost(
        channel="email",
        address=address,
        person=person.pk,
        action=parcel.action if parcel else None,
        kind=parcel.kind if parcel else "",
        payload=parcel.payload if parcel else "",
        mark=parcel.pk if parcel else person.pk,
        error=error,
        is_refused=True,
    )
