"""Answering whoever pressed: no click is silent. By the press's own response_url, seen by nobody else."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from ipaddress import ip_network
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connections

from core import net
from core.destination import Allow

OFFICIAL = "hooks.slack.com"
TIMEOUT = 5.0
MOST = 500  # answers under way or in line; of a storm of presses the rest hear nothing, what they decided stands
log = structlog.get_logger(__name__)
_pool = ThreadPoolExecutor(4, thread_name_prefix="slack-answer")
_under_way: set[Future[None]] = set()


def tell(response_url: str, text: str) -> None:
    """Show `text` to whoever pressed, soon. It is a courtesy: what was decided stands without it."""
    if response_url and not _is_full():
        said = {"response_type": "ephemeral", "replace_original": False, "text": text}
        future = _pool.submit(_post, response_url, said)
        _under_way.add(future)
        future.add_done_callback(_under_way.discard)


def later(do: Callable[[], None]) -> None:
    """Do something of the same kind, such as a home drawn anew, after Slack has its answer."""
    if _is_full():
        return
    future = _pool.submit(_do, do)
    _under_way.add(future)
    future.add_done_callback(_under_way.discard)


def _is_full() -> bool:
    if len(_under_way) < MOST:
        return False
    log.warning("slack_answers_dropped", under_way=len(_under_way))
    return True


def _do(do: Callable[[], None]) -> None:
    try:
        do()
    finally:
        connections.close_all()


def is_slack(url: str) -> bool:
    """Whether an address is one that Slack, or its stand-in, gives out for answers."""
    try:
        parts = urlsplit(url)
        stand_in = urlsplit(settings.SLACK_API_URL)
        if parts.scheme == "https" and parts.hostname == OFFICIAL and parts.port in (None, 443):
            return True
        is_real = (stand_in.hostname or "").endswith("slack.com")
        return not is_real and (parts.scheme, parts.hostname) == (stand_in.scheme, stand_in.hostname)
    except ValueError:
        return False


def _post(url: str, said: dict[str, object]) -> None:
    if not is_slack(url):
        log.warning("slack_answer_refused", host=urlsplit(url).hostname)
        return
    try:
        answer = net.post(
            url, json.dumps(said).encode(), {"Content-Type": "application/json"}, allow=_allow(), total_timeout=TIMEOUT
        )
    except (net.Unreachable, net.UnsafeUrl) as problem:
        log.warning("slack_answer_lost", error=str(problem))
        return
    if not 200 <= answer.status < 300:
        log.warning("slack_answer_lost", status=answer.status)


def _allow() -> Allow:
    """Return what may be reached: the public, what OUTBOUND_ALLOW says, and the stand-in's own address."""
    stand_in = urlsplit(settings.SLACK_API_URL)
    if (stand_in.hostname or "").endswith("slack.com") or stand_in.hostname is None:
        return net.Allow(settings.OUTBOUND_ALLOW)
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(stand_in.hostname, None)}
    except OSError:
        found = set()
    return net.Allow((*settings.OUTBOUND_ALLOW, *((ip_network(one), None) for one in sorted(found))))


def flush() -> None:
    """Wait for what is being said; for tests."""
    wait(list(_under_way), TIMEOUT * 2)
