"""Every template is drawn with samples: without a query, without anything inline, with forms that work alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.faces.icons import ICONS
from tests.pages import sample_pages, samples
from tests.pages.drawing import PAGES, draw, draw_page, read

TEMPLATES = Path(settings.BASE_DIR) / "templates"
FRAGMENTS: dict[str, dict[str, Any]] = {
    "inbox/_row.html": {"row": sample_pages.inbox().groups[0].rows[0]},
    "inbox/_list.html": {"inbox": sample_pages.inbox(opened=False)},
    "action/_detail.html": {"action": samples.refund()},
    "action/_decide.html": {"action": samples.refund()},
    "action/_bar.html": {"action": sample_pages.states()["faster"]},
    "action/_note.html": {"note": sample_pages.states()["faster"].notes[0]},
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_html_with_every_id_once(name: str) -> None:
    document = read(draw_page(name))
    assert document.mistakes == []
    assert document.unclosed == []
    assert [one for one, times in document.ids.items() if times > 1] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_no_query(name: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        draw_page(name)
    assert len(queries) == 0


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_inline_so_the_content_policy_can_stay_strict(name: str) -> None:
    html = draw_page(name)
    for tag, attributes in read(html).elements:
        assert "style" not in attributes, tag
        assert not [one for one in attributes if one.startswith("on")], attributes
        assert tag != "style"
        assert tag != "script" or (attributes["src"].startswith("/static/js/") and attributes["type"] == "module")
        assert not attributes.get("href", "").startswith(("http:", "https:", "//", "javascript:", "data:")), attributes


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_posts_carries_its_token_and_names_its_target(name: str) -> None:
    for attributes, inside in read(draw_page(name)).forms:
        names = {one.get("name") for _, one in inside}
        assert attributes["method"] in {"get", "post"}
        if attributes["method"] == "post":
            assert "csrfmiddlewaretoken" in names


@pytest.mark.parametrize("name", PAGES)
def test_every_button_and_field_has_a_name_to_be_called_by(name: str) -> None:
    document = read(draw_page(name))
    labelled = {attributes["for"] for tag, attributes in document.elements if tag == "label" and "for" in attributes}
    for tag, attributes in document.elements:
        if tag in {"input", "select", "textarea"} and attributes.get("type") not in {"hidden", "radio", "checkbox"}:
            assert attributes.get("id") in labelled or "aria-label" in attributes, (tag, attributes)
        if tag == "button":
            assert attributes.get("type") in {"submit", "button"}, attributes


@pytest.mark.parametrize("template", FRAGMENTS)
def test_a_fragment_is_one_element_that_needs_nothing_around_it(template: str) -> None:
    html = draw(template, {"now": samples.NOW, "zone": samples.ZONE} | FRAGMENTS[template])
    document = read(html)
    assert document.mistakes == []
    assert document.unclosed == []
    assert html.lstrip().startswith("<")


def test_the_decision_form_is_one_plain_form_that_names_what_to_type() -> None:
    forms = [form for form in read(draw_page("refund")).forms if "data-decide" in form[0]]
    assert len(forms) == 1
    attributes, inside = forms[0]
    assert attributes["action"] == f"/actions/{samples.REFUND}"
    assert attributes["data-confirm"] == "1840.00"
    named = {one.get("name"): one for _, one in inside}
    assert {"digest", "comment", "confirm", "reviewed", "next", "csrfmiddlewaretoken"} <= set(named)
    assert named["digest"]["value"] == samples.DIGEST
    votes = {one["value"] for tag, one in inside if tag == "button" and one.get("name") == "vote"}
    assert votes == {"approve", "reject"}


def test_critical_risk_is_confirmed_by_the_end_of_the_id_where_there_is_no_amount() -> None:
    form = next(form for form in read(draw_page("request")).forms if "data-decide" in form[0])
    assert form[0]["data-confirm"] == samples.DELETE[-4:]


def test_low_risk_asks_for_nothing_more_and_can_be_undone() -> None:
    attributes, inside = next(form for form in read(draw_page("low")).forms if "data-decide" in form[0])
    assert "data-confirm" not in attributes
    assert attributes["data-undo"] == "10"
    assert "confirm" not in {one.get("name") for _, one in inside}


def test_approve_is_never_the_button_that_enter_presses() -> None:
    for name in ("refund", "request", "low", "question"):
        for attributes, inside in read(draw_page(name)).forms:
            if "data-decide" not in attributes and "data-edit" not in attributes:
                continue
            first = next(one for tag, one in inside if tag == "button" and one.get("type") == "submit")
            assert "disabled" in first
            assert "name" not in first


def test_a_locked_bar_can_press_nothing_that_decides() -> None:
    _, inside = next(form for form in read(draw_page("state-changed")).forms if "data-decide" in form[0])
    assert all("disabled" in one for tag, one in inside if tag == "button" and one.get("name") == "vote")


def test_a_link_of_the_agent_stays_text() -> None:
    document = read(draw_page("refund"))
    hrefs = {attributes.get("href") for tag, attributes in document.elements if tag == "a"}
    assert "https://desk.halden.example/tickets/20931" in "".join(document.texts)
    assert not any("desk.halden.example" in str(href) for href in hrefs)


def test_the_inbox_stays_under_sixty_kilobytes() -> None:
    assert len(draw_page("inbox").encode()) < 60_000


def test_every_icon_that_a_template_names_exists() -> None:
    named = {
        name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8"))
    }
    assert named <= set(ICONS)
