"""What is sealed opens only here and unaltered; keys are told apart from rubbish without the database."""

import pytest

from core import vault
from core.vault import CannotOpen


def test_what_is_sealed_opens_again_and_never_looks_the_same():
    text = "whsec_é" * 10
    first, second = vault.seal(text), vault.seal(text)
    assert vault.open(first) == vault.open(second) == text
    assert first != second
    assert text not in first


def test_what_is_sealed_about_one_agent_does_not_open_about_another():
    sealed = vault.seal("secret", about="agent 1")
    assert vault.open(sealed, about="agent 1") == "secret"
    with pytest.raises(CannotOpen):
        vault.open(sealed, about="agent 2")


def test_altered_or_foreign_texts_do_not_open():
    sealed = vault.seal("secret")
    flipped = sealed[:10] + ("A" if sealed[10] != "A" else "B") + sealed[11:]
    for text in (flipped, sealed[:-4], sealed.replace("v1.", "v2."), "", "v1.", "v1.%%%", "v1.é", "rubbish"):
        with pytest.raises(CannotOpen):
            vault.open(text)


def test_after_a_change_of_key_the_old_one_opens_and_the_new_one_seals(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "old" * 20, []
    sealed = vault.seal("secret")
    settings.SECRET_KEY = "new" * 20
    with pytest.raises(CannotOpen):
        vault.open(sealed)
    settings.SECRET_KEY_FALLBACKS = ["old" * 20]
    assert vault.open(sealed) == "secret"


def test_keys_carry_a_checksum_and_are_kept_as_hashes():
    key = vault.new_key()
    assert key.startswith("cs_")
    assert len(key) == 41
    assert vault.is_key(key)
    assert len(vault.hash_key(key)) == 32
    assert len({vault.new_key() for _ in range(100)}) == 100
    for wrong in (
        key[:-1],
        key + "0",
        "cs_",
        "",
        key.replace("cs_", "xx_"),
        key[:10] + ("a" if key[10] != "a" else "b") + key[11:],
        "é" * 41,
    ):
        assert not vault.is_key(wrong)
