"""Every page in a real browser under the strict policy: accessible, in both themes, at every width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.site import Site
from tests.pages.drawing import PAGES

pytestmark = pytest.mark.browser
VIEWS = (("light", 1440), ("dark", 390), ("dark", 1440), ("light", 390))
MAIN = frozenset({"inbox", "inbox-empty", "request", "refund", "question", "signin", "state-changed", "agent", "audit"})
DRAWN = [name for name in PAGES if not name.endswith("-live")]  # which want a socket
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .filter((one) => !one.closest(".scroll, .code, .diff, .tabs, .vh"))
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, summary, .btn")]
  .filter((one) => one.offsetParent && !one.closest(".vh, [popover]") && !one.classList.contains("vh"))
  .map((one) => [one.outerHTML.slice(0, 100), one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 23.5 || box.height < 23.5))
  .map(([html]) => html).filter((html) => !html.includes('type="radio"') && !html.includes('type="checkbox"'))"""


@pytest.mark.parametrize("name", DRAWN)
def test_axe_finds_nothing(chromium: Browser, site: Site, name: str, shots: Path | None) -> None:
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    found = []
    for theme, width in VIEWS if name in MAIN else VIEWS[:2]:
        page.set_viewport_size({"width": width, "height": 844 if width == 390 else 960})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(f"{site.url}/pages/{name}")
        if shots:
            page.screenshot(path=shots / f"{name}-{theme}-{width}.png")
        violations = Axe().run(page).response["violations"]
        found += [(theme, width, one["id"], [node["html"][:140] for node in one["nodes"][:3]]) for one in violations]
    context.close()
    assert found == []


@pytest.mark.parametrize("name", DRAWN)
def test_a_page_breaks_no_policy_and_never_scrolls_sideways(window: Callable[..., Page], name: str) -> None:
    page = window(name, width=320, height=700)
    for width in (320, 768, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, page.evaluate(TOO_WIDE))


@pytest.mark.parametrize(
    "name",
    ["inbox", "refund", "request", "question", "signin", "settings", "agents", "agent", "agent-terms", "audit"],
)
def test_whatever_is_pressed_is_large_enough(window: Callable[..., Page], name: str) -> None:
    for width in (390, 1440):
        assert window(name, width=width).evaluate(SMALL) == []


def test_nothing_has_the_focus_at_first_and_approve_is_never_it(window: Callable[..., Page]) -> None:
    assert window("refund").evaluate("document.activeElement.tagName") == "BODY"


def test_the_bar_leaves_room_to_read_on_a_phone(window: Callable[..., Page]) -> None:
    box = window("refund", width=390, height=844).locator("#decide").bounding_box()
    assert box is not None
    assert box["height"] <= 148
    assert box["y"] + box["height"] == 844
