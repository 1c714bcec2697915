"""Similar decisions: near in amount, alike in kind, decided by people."""

from __future__ import annotations

from decimal import Decimal

from agents.terms import Money
from approvals.habits import Past, habits
from approvals.likeness import similar, told_of


def eur(value: int) -> Money:
    return Money(Decimal(value), "EUR")


def decided(amount: int, reason: str, decision: str, key: str) -> Past:
    return Past({"reason": reason, "notify": True}, eur(amount), decision, key)


def test_similar_decisions_are_near_in_amount_and_alike_in_kind() -> None:
    past = [decided(i + 1, "late", "approved", f"small {i}") for i in range(40)]
    past += [
        decided(1620, "defect", "rejected", "a"),
        decided(1210, "defect", "edited", "b"),
        decided(1090, "defect", "approved", "c"),
        decided(1445, "defect", "rejected", "d"),
        decided(1840, "defect", "expired", "e"),
        decided(9000, "defect", "approved", "f"),
    ]
    alike = similar(habits(past), {"reason": "defect", "notify": True}, eur(1840))
    assert [one.key for one in alike] == ["a", "d", "b", "c"]
    assert told_of(alike) == "2 of the 4 most similar were rejected"


def test_a_single_rejection_among_similar_ones_is_no_warning() -> None:
    alike = similar(habits([decided(100, "late", d, d) for d in ("approved", "approved", "rejected")]), {}, eur(100))
    assert told_of(alike) == ""


def test_another_currency_is_nothing_alike() -> None:
    assert similar(habits([decided(100, "late", "approved", "a")]), {}, Money(Decimal(100), "USD")) == ()
