"""How an action type earns trust, from the plain document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agents.terms import LevelWish, TrustTerms
from approvals.configuration.values import money_from, span_of

Plain = Mapping[str, Any]


def trust_terms_of(row: Plain) -> TrustTerms:
    """Return what an action type's `trust` says; what it does not say is None."""
    levels = row.get("levels", {})
    soft, hard = row.get("soft_amount"), row.get("hard_amount")
    confidence = row.get("min_confidence")
    return TrustTerms(
        levels=(
            _wish(levels.get("assisted", {})),
            _wish(levels.get("monitored", {})),
            _wish(levels.get("autonomous", {})),
        ),
        cooldown=_span(row, "cooldown"),
        severe_cooldown=_span(row, "severe_cooldown"),
        stale=_span(row, "stale"),
        evidence=_span(row, "evidence"),
        maturity=_span(row, "maturity"),
        reading_floor=_span(row, "reading_floor"),
        min_confidence=None if confidence is None else float(confidence),
        soft_amount=money_from(soft) if soft else None,
        hard_amount=money_from(hard) if hard else None,
        tighten_on_report=row.get("tighten_on_report", "all"),
        tighten_on_drift=row.get("tighten_on_drift", True),
        versions=row.get("versions", "semver"),
        selective=tuple(float(one) for one in row.get("selective", ())),
    )


def is_ratified(row: Plain, organization: str) -> bool:
    """Whether people agree to each promotion of an action type: as it says itself, else as the organization does."""
    return bool(row.get("promotion", organization) != "automatic")


def _wish(row: Plain) -> LevelWish:
    return LevelWish(
        tolerance=_number(row, "tolerance"),
        alpha=_number(row, "alpha"),
        gross=_number(row, "gross"),
        sample=_number(row, "sample"),
        sample_flagged=_number(row, "sample_flagged"),
        min_labels=row.get("min_labels"),
        min_days=_number(row, "min_days"),
    )


def _number(row: Plain, name: str) -> float | None:
    return float(row[name]) if name in row else None


def _span(row: Plain, name: str) -> timedelta | None:
    return span_of(row[name]) if name in row else None
