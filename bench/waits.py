"""(3) News on its way: post to websocket hint, vote to callback received, vote to a long poll answered."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

from websockets.sync.client import connect

from bench.listener import Listener
from bench.load import percentile
from bench.stage import Stage
from bench.votes import post
from core import clock


def measure(stage: Stage, *, full: bool) -> dict[str, Any]:
    """Do each a number of times, one after the other, with two web processes and a worker running."""
    count = 200 if full else 60
    with Listener() as listener:
        address = f"http://127.0.0.1:{listener.ports[0]}/callback"
        cast = stage.script("bench.cast", {"first": 0, "orgs": 1, "agents": 1, "people": 2, "callback": address})[0]
        web, worker = stage.web(2), stage.background("worker")
        told = _Told(web.port, cast)
        told.hints(5)
        told.callbacks(listener, 5)
        found = {
            "hint": _spread(told.hints(count)),
            "callback": _spread(told.callbacks(listener, count)),
            "long_poll": _spread(told.long_polls(count)),
        }
        stage.end(worker)
        stage.end(web)
    return found


class _Told:
    def __init__(self, port: int, cast: dict[str, Any]) -> None:
        self.port = port
        self.agent = cast["agents"][0]["key"]
        self.person = next(one["key"] for one in cast["people"] if one["email"].startswith("person0@"))
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def hints(self, count: int) -> list[float]:
        """From the moment a post is sent to the hint about it on a websocket."""
        took = []
        with connect(f"ws://127.0.0.1:{self.port}/ws/") as socket:
            socket.send(json.dumps({"key": self.person}))
            time.sleep(0.5)
            for number in range(count):
                began = clock.monotonic()
                action = post(self.line, self.agent, number)
                while json.loads(socket.recv(timeout=10)).get("id") != action["id"]:
                    pass
                took.append(clock.monotonic() - began)
        return took

    def callbacks(self, listener: Listener, count: int) -> list[float]:
        """From the moment a vote is sent to the callback received."""
        took = []
        for number in range(count):
            action = post(self.line, self.agent, number)
            heard = len(listener.heard)
            began = clock.monotonic()
            self.vote(action)
            if not listener.wait(heard + 1, 20):
                raise RuntimeError("no callback came")
            took.append(listener.heard[-1].at - began)
        return took

    def long_polls(self, count: int) -> list[float]:
        """From the moment a vote is sent to the answer of a poll that waits for it."""
        took = []
        for number in range(count):
            action = post(self.line, self.agent, number)
            answered: list[float] = []
            poll = threading.Thread(target=self._poll, args=(action["id"], answered))
            poll.start()
            time.sleep(0.15)
            began = clock.monotonic()
            self.vote(action)
            poll.join(20)
            took.append(answered[0] - began)
        return took

    def _poll(self, name: str, answered: list[float]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", f"/api/v1/actions/{name}?wait=20", headers={"Authorization": f"Bearer {self.agent}"})
        told = json.loads(line.getresponse().read())
        answered.append(clock.monotonic())
        line.close()
        if told["status"] != "approved":
            raise RuntimeError(f"the poll was answered with {told}")

    def vote(self, action: dict[str, Any]) -> None:
        """Approve an action."""
        said = json.dumps({"vote": "approve", "digest": action["digest"]})
        head = {"Authorization": f"Bearer {self.person}", "Content-Type": "application/json"}
        self.line.request("POST", f"/api/v1/actions/{action['id']}/votes", said, head)
        answer = self.line.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {told!r}")


def _spread(took: list[float]) -> dict[str, float]:
    ordered = sorted(took)
    return {"p50_ms": percentile(ordered, 0.5) * 1000, "p99_ms": percentile(ordered, 0.99) * 1000, "count": len(took)}
