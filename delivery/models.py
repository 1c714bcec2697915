"""The post office: everything that leaves the building is a row first."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func, Value

from accounts.models import Organization
from core import clock, ids

NEXT_NUMBER = Func(Value("delivery_parcel_number"), function="nextval", output_field=models.BigIntegerField())


class Parcel(models.Model):
    """One thing to be sent, written in the transaction that made it true.

    There is no state "sending": taking a parcel moves `due_at` past the lease and counts the attempt, so one whose
    sender dies is simply due again. `once` makes a second promise of the same thing harmless. Parcels that share an
    `order_key` leave one after the other, by `number`: a sequence, because ids made in one millisecond or on two
    machines do not sort by what happened first. `endpoint` is what is slow or down together with the address.
    `gathered_at` is when a mail first met its reader's window (`delivery.windows`); `digest` names those that leave as
    one mail, by the id of one of them.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=60)
    action = models.UUIDField(null=True)
    agent = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    address = models.CharField(max_length=2000)
    endpoint = models.CharField(max_length=300, default="", blank=True)
    once = models.CharField(max_length=200)
    payload = models.TextField()
    order_key = models.UUIDField(null=True)
    number = models.BigIntegerField(db_default=NEXT_NUMBER, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    answer_status = models.IntegerField(null=True)
    answer_ms = models.IntegerField(null=True)
    last_error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    tried_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    gathered_at = models.DateTimeField(null=True)
    digest = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="parcel_is_of_one_org"),
            models.UniqueConstraint(fields=["org", "once"], name="parcel_is_promised_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "sent", "dead", "superseded"]), name="parcel_status_is_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["channel", "org", "endpoint", "due_at"],
                condition=models.Q(status="waiting"),
                name="parcel_due_by_endpoint",
            ),
            models.Index(
                fields=["org", "order_key", "number"],
                condition=models.Q(status="waiting", order_key__isnull=False),
                name="parcel_in_its_order",
            ),
            models.Index(fields=["org", "-id"], condition=models.Q(status="dead"), name="parcel_dead"),
            models.Index(fields=["org", "-id"], condition=models.Q(channel="email"), name="parcel_mail"),
            models.Index(fields=["org", "agent", "-id"], name="parcel_by_agent"),
            models.Index(fields=["org", "action"], name="parcel_by_action"),
            models.Index(
                fields=["org", "address", "-tried_at"],
                condition=models.Q(gathered_at__isnull=False),
                name="parcel_gathered",
            ),
            models.Index(fields=["org", "digest"], condition=models.Q(digest__isnull=False), name="parcel_by_digest"),
        ]


class Note(models.Model):
    """One message in a chat about one action (or many, a digest), kept up to date by one writer at a time.

    `wanted` counts the changes it should show, `shown` is how many it does: whoever renders it renders the newest
    state, so any number of changes is one edit. `due_at` is set while there is something to do, and moved past the
    lease by whoever does it. `address` is whom it is for (U… or C…), `place` and `ts` where Slack put it. `digest` is
    the note that tells of this one too. `payload` is the card that was promised, for the next channel if this fails.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=20, default="slack")
    kind = models.CharField(max_length=60)
    action = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    address = models.CharField(max_length=100)
    digest = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="told", db_index=False
    )
    payload = models.TextField(default="", blank=True)
    place = models.CharField(max_length=40, default="", blank=True)
    ts = models.CharField(max_length=40, default="", blank=True)
    thread = models.CharField(max_length=40, default="", blank=True)
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN)
    wanted = models.IntegerField(default=1)
    shown = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    posted_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="note_is_of_one_org"),
            models.UniqueConstraint(
                fields=["org", "action", "address"],
                condition=models.Q(kind="action", status="open"),
                name="note_of_an_action_is_one",
            ),
            models.CheckConstraint(condition=models.Q(status__in=["open", "dead"]), name="note_status_is_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="note_due"),
            models.Index(fields=["org", "action"], name="note_by_action"),
            models.Index(fields=["org", "address", "-created_at"], name="note_by_address"),
            models.Index(fields=["org", "digest"], condition=models.Q(digest__isnull=False), name="note_by_digest"),
        ]


class Link(models.Model):
    """The link in one mail, of the same id as its parcel: whose it is, about which revision of which action.

    Only the SHA-256 of its token is kept; the token is made again when the mail is sent. `used_at` is set by the vote
    that the link was good for.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    hash = models.BinaryField(max_length=32)
    action = models.UUIDField()
    person = models.UUIDField()
    revision = models.IntegerField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hash"], name="mail_link_is_one_of_a_kind"),
        ]


class Failure(models.Model):
    """One message that its person never got on one channel.

    While `mended_at` is empty and it `is_flagged` (the address was refused, not only late) the channel counts as
    unhealthy. `is_last`: they had no other channel left for this action. `due_at` is set until approvals has heard of
    that, and moved past the lease by whoever tells it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    person = models.UUIDField()
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=300)
    action = models.UUIDField(null=True)
    error = models.CharField(max_length=300, default="", blank=True)
    is_flagged = models.BooleanField(default=False)
    is_last = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True)
    mended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="failure_is_of_one_org"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="failure_due"),
            models.Index(fields=["org", "person"], condition=models.Q(mended_at__isnull=True), name="failure_open"),
            models.Index(fields=["org", "action"], name="failure_by_action"),
        ]


class SlackWorkspace(models.Model):
    """The workspace that an organization connected itself, by an app of its own.

    It is in force while the organization's `slack_team` is `team`, which Slack said is the token's. The three secrets
    are sealed (`core.vault`), each tied to its organization, workspace and kind. `error` is why Slack took nothing
    last, "" while it does.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    team = models.CharField(max_length=20)
    name = models.CharField(max_length=200, default="", blank=True)
    token = models.TextField()
    signing_secret = models.TextField()
    app_token = models.TextField(default="", blank=True)
    connected_by = models.EmailField(max_length=254)
    connected_at = models.DateTimeField(default=clock.now)
    error = models.CharField(max_length=100, default="", blank=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org"], name="slack_workspace_is_one_an_org"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["team"], name="slack_workspace_by_team")]


class Stopped(models.Model):
    """A kind of digests that a person wants no more."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    person = models.UUIDField()
    kind = models.CharField(max_length=20)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "person", "kind"], name="digest_is_stopped_once"),
        ]
