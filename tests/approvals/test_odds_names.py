"""How fields and actions are called in our own sentences."""

from __future__ import annotations

import pytest

from approvals.habits import label_of, noun_of


@pytest.mark.parametrize(
    ("pointer", "label"),
    [
        ("/days_since-delivery", "days since delivery"),
        ("/customer/bankAccount", "customer bank account"),
        ("/a/b/c", "b c"),
        ("/<b>Approved by CISO</b>", "field"),
        ("/" + "x" * 50, "field"),
        ("/ünicode", "field"),
        ("", "field"),
    ],
)
def test_only_plain_names_reach_our_sentences(pointer: str, label: str) -> None:
    assert label_of(pointer) == label


@pytest.mark.parametrize(
    ("action", "noun"),
    [
        ("refund.create", ("refund", "refunds")),
        ("company.update", ("company", "companies")),
        ("box.open", ("box", "boxes")),
        ("k8s.scale", ("action", "actions")),
        ("access.grant", ("action", "actions")),
        ("bulk_email.send", ("email", "emails")),
        ("...", ("action", "actions")),
    ],
)
def test_a_type_gives_its_noun(action: str, noun: tuple[str, str]) -> None:
    assert noun_of(action) == noun
