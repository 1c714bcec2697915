"""(8) The inbox page of a person who is asked two hundred times, from request to the last byte."""

from __future__ import annotations

import http.client
import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.load import percentile
from bench.stage import Stage
from bench.votes import prepare
from core import clock

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Sign in as a person would, then load the inbox again and again."""
    cast = stage.script("bench.cast", {"first": 0, "orgs": 1, "agents": 1, "people": 2})
    web = stage.web(1)
    prepare(web.port, cast, 200)
    email = next(one["email"] for one in cast[0]["people"] if one["email"].startswith("person0@"))
    url = json.loads(stage.run("signin", "--org", cast[0]["slug"], "--person", email, "--json"))["url"]
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    cookie = sign_in(line, urlsplit(url).path, web.port)
    took = []
    for _ in range(110 if full else 60):
        began = clock.monotonic()
        status, size = get(line, "/", cookie)
        took.append(clock.monotonic() - began)
        if status != 200:
            raise RuntimeError(f"the inbox answered {status}")
    ordered = sorted(took[10:])
    stage.end(web)
    return {"p50_ms": percentile(ordered, 0.5) * 1000, "p99_ms": percentile(ordered, 0.99) * 1000, "bytes": size}


def sign_in(line: http.client.HTTPConnection, path: str, port: int) -> str:
    """Follow a sign-in link as a browser does; return the cookies."""
    line.request("GET", path)
    answer = line.getresponse()
    page, csrf = answer.read().decode(), _cookies(answer)
    token = _TOKEN.search(page)
    assert token is not None, page[:500]
    head = {
        "Cookie": csrf,
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{port}",
    }
    line.request("POST", path, urlencode({"csrfmiddlewaretoken": token[1]}), head)
    answer = line.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"signing in answered {answer.status}")
    return _cookies(answer)


def _cookies(answer: http.client.HTTPResponse) -> str:
    return "; ".join(one.split(";")[0] for name, one in answer.getheaders() if name.lower() == "set-cookie")


def get(line: http.client.HTTPConnection, path: str, cookie: str) -> tuple[int, int]:
    """Load a page; return its status and size in bytes."""
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    return answer.status, len(answer.read())
