"""What is logged and how: one line an event, to standard error, with secrets taken out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Keys of agents and people, webhook secrets, Slack tokens, bearer headers, passwords in addresses, sign-in links.
SECRETS = re.compile(
    r"(cs_|whsec_|xox[abp]-|xapp-)[A-Za-z0-9_+/=.-]{6,}|(Bearer\s+)\S+|(\w+://[^\s:/@]*:)[^\s@/]+(?=@)"
    r"|(/sign-in/link/)[\w-]+|((?:/|%2F)(?:m|email/bounces|digests)(?:/|%2F))[\w.-]{8,}"
    r"|((?:[?&]|%3F|%26)(?:code|token)(?:=|%3D))[\w.%-]+",
    re.IGNORECASE,
)
SECRET_KEYS = re.compile(r"password|secret|token|authorization|cookie|signature|private", re.IGNORECASE)


def redact(text: str) -> str:
    """Return `text` with everything that looks like a secret replaced: `cs_…` stays recognisable as one."""
    return SECRETS.sub(lambda hit: f"{hit[hit.lastindex or 0]}[redacted]", text)


def _redacted(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if SECRET_KEYS.search(key):
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = redact(value)
    return event


def configure(level: int = logging.INFO) -> None:
    """Send the standard library's and structlog's events the same way. Safe to call twice."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
            ],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for noisy in ("rq.worker", "uvicorn.error", "uvicorn.access", "httpx2", "asyncio", "django.request"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
