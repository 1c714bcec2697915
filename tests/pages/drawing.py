"""Draws the samples as a browser would get them, and reads HTML without trusting it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string
from django.test import RequestFactory

from tests.pages.other_samples import other_pages
from tests.pages.sample_audits import audit_pages
from tests.pages.sample_covers import cover_pages
from tests.pages.sample_pages import pages
from tests.pages.sample_people import people_pages
from tests.pages.sample_rules import rule_pages
from tests.pages.sample_trust import trust_pages
from tests.pages.sample_twins import twin_pages

PAGES = (
    pages()
    | other_pages()
    | twin_pages()
    | cover_pages()
    | people_pages()
    | rule_pages()
    | trust_pages()
    | audit_pages()
)
NONCE = "sample"
VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})


def draw(template: str, context: dict[str, Any]) -> str:
    """Return a template as HTML."""
    request = RequestFactory().get("/")
    request.META["CSRF_COOKIE"] = "a" * 32
    request.csp_nonce = NONCE  # type: ignore[attr-defined]  # as django-csp's middleware does
    return render_to_string(template, context, request=request)


def draw_page(name: str) -> str:
    """Return a sample page as HTML."""
    template, context = PAGES[name]
    return draw(template, context)


@dataclass
class Document(HTMLParser):
    """What a page is made of: its elements with their attributes, forms with what is inside, text."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    forms: list[tuple[dict[str, str], list[tuple[str, dict[str, str]]]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "form":
            self.forms.append((attributes, []))
        elif self.forms and "form" in self.unclosed:
            self.forms[-1][1].append((tag, attributes))
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once, in SVG."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Close an element; it must be the one that is open."""
        if not self.unclosed or self.unclosed.pop() != tag:
            self.mistakes.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.texts.append(data)

    @property
    def ids(self) -> Counter[str]:
        """How often each id is given."""
        return Counter(attributes["id"] for _, attributes in self.elements if "id" in attributes)


def read(html: str) -> Document:
    """Return what HTML is made of."""
    document = Document()
    document.feed(html)
    document.close()
    return document
