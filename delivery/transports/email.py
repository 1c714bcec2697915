"""Mail: laid out when it is sent, from the card that was promised, and given to the SMTP server of EMAIL_URL.

Without EMAIL_URL nothing leaves: the parcel counts as sent and the outbox page shows it.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from delivery import letters, several
from delivery.transports.base import Abilities, Letter, Result

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Email:
    """Sends one message for each letter; Message-ID is the parcel's own over all tries, so a double is one mail."""

    channel = "email"
    abilities = Abilities(threads=8, abreast=4, lasts=timedelta(hours=24), gathers=True)

    def endpoint(self, address: str) -> str:
        """Return the same for all: there is one mail server."""
        return ""

    def send(self, letter: Letter, *, at: datetime) -> Result:
        """Send once. What the server refuses for good (5xx) is final; everything else may go better later."""
        try:
            message = _message(letter, at)
        except letters.BadLetter as exc:
            return Result(is_ok=False, error=f"cannot be laid out: {exc}", is_final=True)
        if settings.EMAIL_IS_OUTBOX:
            return Result(is_ok=True)
        try:
            get_connection(SMTP).send_messages([message])
        except smtplib.SMTPRecipientsRefused as exc:
            code, answer = next(iter(exc.recipients.values()))
            return _refused(code, answer)
        except smtplib.SMTPResponseException as exc:
            return _refused(exc.smtp_code, exc.smtp_error)
        except TimeoutError:
            return Result(is_ok=False, error="the mail server did not answer in time", timed_out=True)
        except (smtplib.SMTPException, OSError) as exc:
            return Result(is_ok=False, error=f"{type(exc).__name__}: {exc}")
        return Result(is_ok=True, status=250)


def _message(letter: Letter, at: datetime) -> EmailMultiAlternatives:
    if letter.others:
        return several.message(
            [several.Item(one.id, one.kind, one.payload) for one in letter.each], letter.address, at=at
        )
    return letters.message(
        letter.id,
        kind=letter.kind,
        address=letter.address,
        payload=letter.payload,
        at=at,
        action=letter.action,
    )


def _refused(code: int, answer: bytes | str) -> Result:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    is_final = 500 <= code < 600 and code not in _OURS_TO_MEND
    return Result(is_ok=False, status=code, error=f"{code} {text}", is_final=is_final)


_OURS_TO_MEND = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})  # wrong set-up or password, not this address
