"""Stand-ins for what is being written at this moment. Goes before the first release."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import Any

if importlib.util.find_spec("delivery.hub"):
    from delivery.hub import hub
else:

    class _Hub:
        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        async def wait(self, kind: str, subject: str, timeout: float) -> bool:
            await asyncio.sleep(timeout)
            return False

    hub: Any = _Hub()  # type: ignore[no-redef]

if importlib.util.find_spec("delivery.consumers"):
    from delivery.consumers import HintConsumer
else:
    from channels.generic.websocket import AsyncWebsocketConsumer as HintConsumer
