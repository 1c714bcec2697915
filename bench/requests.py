"""What the load generator sends, prebuilt."""

from __future__ import annotations

import json
from typing import Any

from bench.company import body
from bench.stage import Stage

Cast = list[dict[str, Any]]


def posts(cast: Cast, port: int) -> list[tuple[str, str]]:
    """Return one post for each agent: its head up to the idempotency key, and its body."""
    text = body().decode()
    return [
        (_head("/api/v1/actions", port, agent["key"], text) + "Idempotency-Key: ", text)
        for org in cast
        for agent in org["agents"]
    ]


def votes(pending: list[dict[str, str]], port: int) -> list[tuple[str, str]]:
    """Return one approval for each pending action, by the person who is asked."""
    made = []
    for one in pending:
        text = json.dumps({"vote": "approve", "digest": one["digest"]})
        made.append((_head(f"/api/v1/actions/{one['id']}/votes", port, one["key"], text) + "X-Number: ", text))
    return made


def _head(path: str, port: int, key: str, text: str) -> str:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text.encode())}\r\n"
    )


def load(
    stage: Stage,
    port: int,
    requests: list[tuple[str, str]],
    *,
    seconds: float = 0,
    clients: int = 64,
    rate: float = 0,
    mark: str = "",
    warmup: float = 1.0,
    count: int = 0,
) -> dict[str, Any]:
    """Run the load generator once; see bench/load.py."""
    told: dict[str, Any] = stage.script(
        "bench.load",
        {
            "port": port,
            "requests": requests,
            "seconds": seconds,
            "clients": clients,
            "rate": rate,
            "mark": mark,
            "warmup": warmup,
            "count": count,
        },
    )
    return told
