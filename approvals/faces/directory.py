"""People and teams: who may decide what, who is here, how much each is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from approvals.faces.action import SimilarFace
from approvals.faces.delegation import DelegationRow
from approvals.faces.drafts import DraftFace
from approvals.faces.people import PersonFace


@dataclass(frozen=True, slots=True)
class PresenceFace:
    """Whether somebody is here. `state` is here, away or lent; `said` is "Away until 4 Dec", with who covers."""

    state: str
    said: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: roles, what they may decide in words, whether they are here, this week's load, how they sign in.

    `usual` is how long they take, "" while it is too early to say; `slack` whether Slack reaches them; `failing` names
    the channels that do not, for admins. `new` stands in the draft alone.
    """

    person: PersonFace
    email: str
    roles: str
    may_decide: str
    presence: PresenceFace
    teams: str = ""
    manager: str = ""
    waiting: int = 0
    asked: int = 0
    decided: int = 0
    usual: str = ""
    passkey: str = ""
    slack: bool = False
    new: bool = False
    failing: str = ""


@dataclass(frozen=True, slots=True)
class DutyFace:
    """A schedule that the team is in: who is on call until when, and who is next."""

    name: str
    slug: str
    now: PersonFace | None
    until: datetime | None
    next: PersonFace | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team: who is in it, who is on call, and what to know about its coverage."""

    name: str
    slug: str
    members: tuple[PersonFace, ...]
    duties: tuple[DutyFace, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleFace:
    """Everybody, with what admins need to bring somebody in; `wrong` are sentences by field, `typed` what was typed.

    `total` are those who fit the `query`; the rows stop at some number.
    """

    people: tuple[PersonRow, ...]
    teams: tuple[TeamRow, ...] = ()
    draft: DraftFace | None = None
    error: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    total: int = 0


@dataclass(frozen=True, slots=True)
class RightsFace:
    """What somebody may do, sentence by sentence: in force, and after the draft."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the draft changes them."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class PersonFormFace:
    """A person's form. `roles` are (role, what it allows, ticked)."""

    name: str
    roles: tuple[tuple[str, str, bool], ...]
    managers: tuple[tuple[str, str], ...]
    manager: str
    max_amount: str
    currency: str
    currencies: tuple[str, ...]
    max_risk: str
    actions: str
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonPageFace:
    """One person's page. `facts` are (name, value); `form` for admins."""

    row: PersonRow
    facts: tuple[tuple[str, str], ...]
    rights: RightsFace
    teams: tuple[tuple[str, str], ...] = ()
    delegations: tuple[DelegationRow, ...] = ()
    recent: tuple[SimilarFace, ...] = ()
    draft: DraftFace | None = None
    form: PersonFormFace | None = None
    error: str = ""
    choose_url: str = ""


@dataclass(frozen=True, slots=True)
class TeamPageFace:
    """One team's page. `everybody` are (e-mail, name, member), for the form of admins."""

    team: TeamRow
    people: tuple[PersonRow, ...]
    routes: tuple[str, ...] = ()
    draft: DraftFace | None = None
    everybody: tuple[tuple[str, str, bool], ...] = ()
    error: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)
