"""Django's way to send mail (sign-in codes are sent by it): through the post office like everything else.

The request never waits for a mail server. The mail is promised in the first organization in which its reader is known;
an address nobody knows gets nothing, and the log says so without naming it.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr

import structlog
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from accounts.doors import orgs_of_email
from core import ids, tx
from delivery import letters, post

log = structlog.get_logger(__name__)


class OutboxBackend(BaseEmailBackend):
    """Promises each message to each of its readers."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many messages were promised to somebody."""
        promised = 0
        for message in email_messages:
            known = [reader for reader in message.recipients() if _promise(message, reader)]
            promised += bool(known)
        return promised


def _promise(message: EmailMessage, reader: str) -> bool:
    address = parseaddr(reader)[1]
    orgs = orgs_of_email(address)
    if not orgs:
        log.info("mail_to_nobody_we_know")
        return False
    html = ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")
    _keep(orgs[0], address, letters.seal(str(message.subject), str(message.body), html))
    return True


@tx.use_case
def _keep(org: int, address: str, payload: dict[str, str]) -> None:
    post.promise(channel="email", kind=letters.MAIL, address=address, once=f"mail:{ids.new()}", payload=payload)
