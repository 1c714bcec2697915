"""A headless Chromium and the samples' server, for one module at a time: Playwright's loop must not outlive it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.site import Site, serve

PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    """Return where Chromium is, or None where there is none."""
    named = os.environ.get("COUNTERSIGN_CHROMIUM")
    return named or next((found for name in PLACES if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module."""
    path = executable()
    if path is None:
        pytest.skip("no Chromium is installed; set COUNTERSIGN_CHROMIUM to where one is")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server of the samples that nothing was posted to yet."""
    found, server = serve()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def window(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens sample pages: `window("refund", width=390)`; fails at the end if the browser complained about anything."""
    complaints: list[str] = []
    contexts = []

    def open_page(
        name: str,
        *,
        width: int = 1440,
        height: int = 960,
        clock: bool = False,
        before: Callable[[Page], object] | None = None,
        allow: tuple[str, ...] = (),
        **options: Any,
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message, allow) else None)
        if clock:
            page.clock.install()
        if before:
            before(page)
        page.goto(f"{site.url}/pages/{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(message: Any, allow: tuple[str, ...]) -> bool:
    """Tell whether the console says that something is wrong; refused requests are the tests' own doing."""
    if message.type not in {"error", "warning"}:
        return False
    return not any(part in message.text for part in ("status of 4", *allow))


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures go when COUNTERSIGN_SHOTS names a folder."""
    named = os.environ.get("COUNTERSIGN_SHOTS")
    return Path(named) if named else None
