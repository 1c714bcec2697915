"""Who is who: organizations, the people in them, the accounts they sign in with, and credentials."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from core import clock, ids


class Organization(models.Model):
    """A tenant. What its configuration document says about it is copied here when applied.

    `paused_at`: its people stopped all its agents; `stopped_at`: whoever runs the installation did. Each lifts its own.
    """

    id = models.BigAutoField(primary_key=True)
    slug = models.CharField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC")
    require_signatures = models.BooleanField(default=False)
    owner_may_decide = models.BooleanField(default=False)
    slack_team = models.CharField(max_length=20, default="", blank=True)
    config_version = models.IntegerField(default=0)
    directory_version = models.IntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.CharField(max_length=254, default="", blank=True)
    paused_reason = models.TextField(default="", blank=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_reason = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.slug


class Installation(models.Model):
    """The switch that stops every organization there is or will be: one row once somebody used it, and no tenant's."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    stopped_at = models.DateTimeField(null=True)
    stopped_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one"),
        ]

    def __str__(self) -> str:
        return "stopped" if self.stopped_at else "running"


class UserManager(BaseUserManager["User"]):
    """Makes accounts; an account without a password signs in by link, code, passkey or company account."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """Make the account of `email`."""
        user = self.model(email=email.lower(), **more)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account that signs in. It belongs to no organization; people do, and point at it."""

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=254, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = False
    is_superuser = False
    theme = models.CharField(max_length=5, default="", blank=True)
    single_keys = models.BooleanField(default=True)
    undo_seconds = models.SmallIntegerField(default=10)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(theme__in=["", "light", "dark"]), name="theme_is_known"),
            models.CheckConstraint(condition=models.Q(undo_seconds__in=[0, 10, 20, 60]), name="undo_is_offered"),
        ]

    def __str__(self) -> str:
        return self.email


class Person(models.Model):
    """A natural person in an organization: the only kind that fills a seat of a quorum."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    roles = ArrayField(models.CharField(max_length=20), default=list)
    timezone = models.CharField(max_length=64, default="", blank=True)
    manager = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False)
    authority = models.JSONField(default=dict)
    slack = models.CharField(max_length=20, default="", blank=True)
    slack_linked = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="person_is_of_one_org"),
            models.UniqueConstraint("org", Lower("email"), name="person_has_own_email"),
            models.UniqueConstraint(
                fields=["org", "user"], condition=models.Q(user__isnull=False), name="user_is_one_person_an_org"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_active(self) -> bool:
        """Whether this person may still sign in and decide."""
        return self.archived_at is None


class Team(models.Model):
    """A named group of people."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    slug = models.CharField(max_length=63)
    name = models.CharField(max_length=200)
    slack = models.CharField(max_length=20, default="", blank=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "id"], name="team_is_of_one_org"),
            models.UniqueConstraint(fields=["org", "slug"], name="team_has_own_slug"),
        ]

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """A person's place in a team."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, db_constraint=False, related_name="memberships", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, db_constraint=False, related_name="memberships", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["org", "team", "person"], name="member_once"),
        ]


class Key(models.Model):
    """A credential of an agent, a reporter or a person; only the SHA-256 of the key itself is kept.

    `holder` is the agent's or person's id; a reporter has none and is known by `name`. `signing_secret` is sealed
    (`core.vault`), of agents only.
    """

    class Kind(models.TextChoices):
        AGENT = "agent"
        REPORTER = "reporter"
        PERSON = "person"

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    holder = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    hint = models.CharField(max_length=12)
    hash = models.BinaryField(max_length=32)
    signing_secret = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hash"], name="key_is_one_of_a_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="reporter", holder__isnull=True)
                | ~models.Q(kind="reporter") & models.Q(holder__isnull=False),
                name="key_has_a_holder",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["org", "holder"], name="key_by_holder")]

    def is_live(self, at: datetime) -> bool:
        """Whether the key still opens anything at the moment `at`."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


class SigninLink(models.Model):
    """A one-time link that signs a person in: shown on GET, used up on POST. Only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    hash = models.BinaryField(max_length=32)
    next = models.CharField(max_length=200, default="/", blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hash"], name="signin_link_is_one_of_a_kind"),
        ]
