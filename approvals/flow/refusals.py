"""What flows refuse, each with the code the contract gives it."""

from __future__ import annotations

from core.errors import Conflict, Forbidden, NotFound, Unprocessable


class IdempotencyConflict(Conflict):
    """The key was used before with another body."""

    code, title = "idempotency_conflict", "The key was used with another body"


class Stale(Conflict):
    """What the caller saw is not what there is now."""

    code, title = "stale", "The action changed meanwhile"


class AlreadyClosed(Conflict):
    """The action has ended; `decision` in the answer says how."""

    code, title = "already_closed", "The action is closed"


class NotAsked(Forbidden):
    """This person is not asked about this action."""

    code, title = "not_asked", "You are not asked"


class AlreadyAudited(Conflict):
    """Somebody else answered this audit first."""

    code, title = "already_audited", "This audit is answered"


class NothingToSettle(Conflict):
    """Nobody called the action an error, or another person has been asked about it already."""

    code, title = "nothing_to_settle", "There is nothing to settle"


class NobodyElse(Conflict):
    """Nobody is left who has not judged the action and may."""

    code, title = "nobody_else", "Nobody else could look"


class SelfApproval(Forbidden):
    """Whoever asks can never decide."""

    code, title = "self_approval", "You cannot decide your own request"


class NotAuthorized(Forbidden):
    """This is beyond what the person may decide."""

    code, title = "not_authorized", "This is beyond your authority"


class CommentRequired(Unprocessable):
    """A rejection needs a reason."""

    code, title = "comment_required", "A rejection needs a reason"


class InvalidVote(Unprocessable):
    """The vote does not fit the action."""

    code, title = "invalid_vote", "This vote does not fit the action"


class InvalidArguments(Unprocessable):
    """The arguments break the type's schema or a rule."""

    code, title = "invalid_arguments", "These arguments are not allowed"


class ConfirmRequired(Unprocessable):
    """High and critical risk ask for a typed confirmation."""

    code, title = "confirm_required", "Type the confirmation"


class SignInAgain(Forbidden):
    """Critical risk wants somebody who has just shown who they are."""

    code, title = "sign_in_again", "Show who you are again"


class NotApproved(Conflict):
    """Only an approved action starts."""

    code, title = "not_approved", "The action is not approved"


class AlreadyStarted(Conflict):
    """An approval is good for one start."""

    code, title = "already_started", "The action was started before"


class DigestMismatch(Conflict):
    """What the agent is about to execute is not what was approved."""

    code, title = "digest_mismatch", "This is not what was approved"


class Lapsed(Conflict):
    """The approval was not used in time."""

    code, title = "lapsed", "The approval lapsed"


class Paused(Conflict):
    """The agent is stopped."""

    code, title = "paused", "The agent is paused"


class OverLimit(Conflict):
    """A limit or rule forbids it now."""

    code, title = "limit", "A limit forbids this now"


class Revoked(Conflict):
    """The approval was taken back."""

    code, title = "revoked", "The approval was taken back"


class NotStarted(Conflict):
    """Only what was started can finish."""

    code, title = "not_started", "The action was not started"


class AlreadyFinished(Conflict):
    """It has finished before, otherwise."""

    code, title = "already_finished", "The action has finished"


class NoQuestion(Conflict):
    """Nobody has asked anything."""

    code, title = "no_question", "There is no open question"


class QuestionOpen(Conflict):
    """An earlier question waits for its answer."""

    code, title = "question_open", "A question is open already"


class AlreadyClaimed(Conflict):
    """Somebody else is reviewing it."""

    code, title = "already_claimed", "Somebody is reviewing this"


class SeatTaken(Conflict):
    """Somebody else has voted in this person's place, or they themselves: one seat counts once."""

    code, title = "seat_taken", "This seat has voted"


class TooManyHandovers(Conflict):
    """An action is handed on a few times at most, so that somebody decides it."""

    code, title = "too_many_handovers", "Handed on too often"


class NotAvailableYet(Unprocessable):
    """A later version brings this."""

    code, title = "not_available_yet", "Not available yet"


class NoSuchPerson(Unprocessable):
    """No active person has this e-mail."""

    code, title = "no_such_person", "No such person"


class NoSuchAction(NotFound):
    """Missing, or somebody else's: the two look alike."""

    code, title = "not_found", "No such action"
