"""Where a mail provider tells of mail that came back: `POST /email/bounces/{secret}`, if EMAIL_BOUNCE_SECRET is set."""

from __future__ import annotations

import hmac

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts.doors import orgs_of_email
from approvals.mail.bounces import KINDS, bounced
from core import strict_json
from core.errors import BadRequest

LONGEST = 4_096
LONGEST_ADDRESS = 254
log = structlog.get_logger(__name__)


@csrf_exempt
@sensitive_variables("secret")
@require_POST
def bounces(request: HttpRequest, secret: str) -> HttpResponse:
    """Take `{"address", "kind": "hard" | "soft" | "complaint"}`: 204 whoever it is, 404 without the secret."""
    kept = settings.EMAIL_BOUNCE_SECRET
    if not kept or not hmac.compare_digest(secret.encode(), kept.encode()):
        return _plain("Not found.\n", 404)
    if len(request.body) > LONGEST:
        return _plain("Longer than any bounce.\n", 413)
    try:
        told = strict_json.parse(request.body)
    except BadRequest as wrong:
        return _plain(f"{wrong.detail}\n", 400)
    said = told if isinstance(told, dict) else {}
    address, kind = said.get("address"), said.get("kind")
    if not isinstance(address, str) or not isinstance(kind, str):
        address, kind = "", ""
    if not 0 < len(address) <= LONGEST_ADDRESS or kind not in KINDS:
        return _plain('Send {"address": "…", "kind": "hard" | "soft" | "complaint"}.\n', 400)
    flagged = [bounced(org, address, kind) for org in orgs_of_email(address)]
    log.info("mail_bounced", kind=kind, organizations=sum(flagged))
    return HttpResponse(status=204)


def _plain(said: str, status: int) -> HttpResponse:
    return HttpResponse(said, status=status, content_type="text/plain; charset=utf-8")
