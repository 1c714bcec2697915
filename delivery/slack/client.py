"""One call of Slack's Web API, and what its answer means for the note it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.error import URLError

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

TIMEOUT = 8  # seconds
SOON = 1.4  # seconds, for what is asked while Slack waits for our own answer, which it wants within three

# What no later try will change: the token, the conversation or the person is gone. The next channel is taken at once.
FINAL = frozenset({
    "account_inactive", "app_uninstalled", "cannot_dm_bot", "channel_not_found", "ekm_access_denied", "invalid_auth",
    "is_archived", "missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "not_in_channel",
    "org_login_required", "restricted_action", "team_access_not_granted", "team_not_found", "token_expired",
    "token_revoked", "user_disabled", "user_not_found", "users_not_found",
})  # fmt: skip
OF_THE_WORKSPACE = frozenset({
    "account_inactive", "app_uninstalled", "invalid_auth", "missing_scope", "not_allowed_token_type", "not_authed",
    "org_login_required", "team_access_not_granted", "team_not_found", "token_expired", "token_revoked",
})  # fmt: skip
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})  # the message, not the reader


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call: `data` if it went well; else `error`, and whether waiting can help.

    `scopes` are what the token may do, where Slack says so.
    """

    is_ok: bool
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    status: int = 0
    scopes: tuple[str, ...] = ()
    retry_after: timedelta | None = None

    @property
    def is_final(self) -> bool:
        """Whether no later try can go better."""
        return self.error in FINAL

    @property
    def is_silence(self) -> bool:
        """Whether Slack said nothing at all to what was asked: it is away, slow or busy."""
        return not self.is_ok and (self.status in (0, 429) or self.status >= 500)

    @property
    def is_gone(self) -> bool:
        """Whether the message can no longer be edited, though its reader can be told."""
        return self.error in GONE


@lru_cache(maxsize=64)
def client_of(token: str, base_url: str, timeout: float = TIMEOUT) -> WebClient:
    """Return the client of one workspace. It tries once: its own second try would post twice if an answer is lost."""
    return WebClient(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])  # type: ignore[arg-type]


def call(
    token: str, method: str, arguments: Mapping[str, Any], *, form: bool = False, timeout: float = TIMEOUT
) -> Answer:
    """Call a method of the Web API, once; as a `form` where it reads no JSON. Raises nothing that Slack can do.

    `timeout` is in seconds.
    """
    client = client_of(token, settings.SLACK_API_URL, timeout)
    try:
        said = {"params": dict(arguments)} if form else {"json": dict(arguments)}
        answer = client.api_call(method, **said)  # type: ignore[arg-type]
    except SlackApiError as exc:
        response = exc.response
        after = response.headers.get("Retry-After") if response.headers else None
        return Answer(
            is_ok=False,
            error=str(response.get("error", "unknown")) if isinstance(response.data, dict) else "unreadable",
            status=response.status_code,
            retry_after=timedelta(seconds=int(after)) if after and str(after).isdigit() else None,
        )
    except TimeoutError:
        return Answer(is_ok=False, error="timeout")
    except (URLError, OSError, SlackClientError, ValueError) as exc:
        return Answer(is_ok=False, error=f"unreachable: {type(exc).__name__}")
    data = answer.data
    headers = {str(name).lower(): value for name, value in (answer.headers or {}).items()}
    scopes = tuple(one.strip() for one in str(headers.get("x-oauth-scopes", "")).split(",") if one.strip())
    return Answer(is_ok=True, data=data if isinstance(data, dict) else {}, status=answer.status_code, scopes=scopes)
