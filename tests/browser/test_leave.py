"""Leaving items of a list out: a tick is a change, shown before it is approved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Window = Callable[..., Page]


def test_a_ticked_item_is_a_change(window: Window) -> None:
    page = window("request")
    page.keyboard.press("e")
    form = page.locator("form[data-edit]")
    form.locator("[name='leave:arg:/volumes:1']").check()
    expect(form.locator("[data-count]")).to_have_text("Approve with 1 change")
    expect(form.locator("[data-diff]")).to_contain_text("vol-0b2 · 80 left out")


def test_the_open_sheet_has_no_faults(window: Window) -> None:
    page = window("request", width=390, height=844)
    page.evaluate("document.getElementById('edit').showPopover()")
    assert Axe().run(page).response["violations"] == []
