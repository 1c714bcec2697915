"""Where a browser may be sent after signing in: to a page of ours, named by its path."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 200


def next_page(wanted: str | None, *, default: str = "/") -> str:
    """Return `wanted` if it is a path of this site, else `default`. `//evil.test`, `http:…` and the like are not."""
    if not wanted or len(wanted) > LONGEST or not wanted.startswith("/") or not wanted.isprintable():
        return default
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default
