"""What is served as it lies: no build step, small scripts, tokens with enough contrast, nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
STYLES = sorted((STATIC / "css").rglob("*.css"))
LAYERS = {"reset", "tokens", "base", "layout", "components", "pages", "utilities"}
TOKENS = (STATIC / "css" / "tokens.css").read_text("utf-8")
GROUNDS = ("canvas", "surface", "sunken", "raised", "hover", "selected", "fill")
TEXTS = ("text", "text-2", "text-3", "ink", "ok", "bad", "warn", "lvl")
ON_SOLID = (("on-solid", "ink"), ("on-solid", "ok-solid"), ("on-solid", "bad-solid"))
GRAPHICS = [(mark, ground) for mark in ("control", "warn-mark", "bad-solid") for ground in ("surface", "canvas")]
PAIRS = [
    *((text, ground, 4.5) for text in TEXTS for ground in GROUNDS),
    *((f"{tone}", f"{tone}-tint", 4.5) for tone in ("ink", "ok", "bad", "warn", "lvl")),
    *((text, f"{tone}-tint", 4.5) for tone in ("ink", "ok", "bad", "warn", "lvl") for text in ("text", "text-2")),
    *((text, ground, 4.5) for text, ground in ON_SOLID),
    *((mark, ground, 3.0) for mark, ground in GRAPHICS),
]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_one_behaviour_under_a_hundred_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < 100


def test_all_scripts_together_fit_in_25_kilobytes() -> None:
    assert len(gzip.compress(b"".join(path.read_bytes() for path in SCRIPTS))) < 25 * 1024


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_only_one_module_makes_html_and_none_evaluates(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|document\.write|setTimeout\(\s*[\"'`]|localStorage", text)
    makes_html = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|createPolicy", text)
    assert (makes_html is not None) == (path.name == "swap.js")


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_keeps_to_the_layers_and_to_itself(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"@layer ([\w, -]+)[;{]", text)) - {", ".join(order(TOKENS))} <= {
        f"{name} " for name in LAYERS
    }
    assert "!important" not in text
    assert "@import" not in text
    assert not re.search(r"url\([\"']?(?:data|https?|//)", text)
    assert not re.search(r"(?:^|[\s,>+~}])#[a-zA-Z][\w-]*[\s,.:{>+~]", text.replace("light-dark(#", "("))


def test_every_style_sheet_is_linked_once() -> None:
    linked = re.findall(
        r"static '([^']+)'", (Path(settings.BASE_DIR) / "templates" / "_styles.html").read_text("utf-8")
    )
    assert sorted(linked) == sorted(str(path.relative_to(STATIC)) for path in STYLES)
    assert linked[0] == "css/tokens.css"


@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_tokens_have_contrast_in_light_and_dark(text: str, ground: str, least: float) -> None:
    for theme in (0, 1):
        assert contrast(colour(text)[theme], colour(ground)[theme]) >= least


def order(text: str) -> list[str]:
    found = re.search(r"@layer ([^;{]+);", text)
    assert found
    return [name.strip() for name in found[1].split(",")]


def colour(name: str) -> tuple[str, str]:
    found = re.search(rf"--{name}:\s*light-dark\((#[0-9a-f]{{6}}), (#[0-9a-f]{{6}})\)", TOKENS)
    assert found, name
    return found[1], found[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2: contrast("#000000", "#ffffff") is 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(hexadecimal: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
