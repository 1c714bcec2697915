"""A receipt can be checked by anyone, and says exactly one thing."""

import base64
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet

from core import canonical as ours
from core.canonical import action_digest
from core.receipts import BadSigningKey, Signer, generate_pem
from tests.core.test_canonical import NUMBERS, VALUES

FILE = Path(__file__).parents[2] / "client" / "countersign_verify.py"
spec = importlib.util.spec_from_file_location("countersign_verify", FILE)
assert spec
assert spec.loader
client = importlib.util.module_from_spec(spec)
spec.loader.exec_module(client)

NOW = 1_763_720_000
ARGUMENTS = {"amount": "120.00", "currency": "EUR", "rate": 1.0, "note": "é\U0001f600"}
CLAIMS: dict[str, Any] = {
    "iss": "https://approvals.example.com",
    "sub": "act_01h455vb4pex5vsknk084sn02q",
    "jti": "dec_01h455vb4pex5vsknk084sn02r",
    "iat": NOW - 60,
    "exp": NOW + 900,
    "org": "acme",
    "agent": "refunds",
    "action": "refund.create",
    "digest": action_digest("acme", "refunds", "refund.create", ARGUMENTS),
    "outcome": "approved",
    "approvers": ["ana@acme.test"],
}
ASKED: dict[str, Any] = {
    "issuer": "https://approvals.example.com",
    "org": "acme",
    "agent": "refunds",
    "action": "refund.create",
    "arguments": ARGUMENTS,
    "now": NOW,
}
PEM = generate_pem()
SIGNER = Signer(PEM)


def refused(receipt: Any, jwks: Any = None, **changes: Any) -> str:
    with pytest.raises(client.BadReceipt) as failed:
        client.verify(receipt, jwks or SIGNER.jwks(), **(ASKED | changes))
    return str(failed.value)


def test_the_executor_gets_the_claims_of_a_good_receipt():
    assert client.verify(SIGNER.sign(CLAIMS), SIGNER.jwks(), **ASKED) == CLAIMS


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864 renames it; the contract says EdDSA
def test_an_ordinary_jose_library_accepts_it_too():
    jwks: Any = SIGNER.jwks()
    token = jwt.decode(SIGNER.sign(CLAIMS), KeySet.import_key_set(jwks), algorithms=["EdDSA"])
    assert token.claims == CLAIMS
    assert token.header == {"alg": "EdDSA", "kid": SIGNER.kid, "typ": "countersign-receipt+jwt"}


def test_equal_claims_give_equal_receipts():
    assert SIGNER.sign(CLAIMS) == Signer(PEM).sign(dict(reversed(CLAIMS.items())))
    assert Signer(PEM.encode()).kid == SIGNER.kid


@pytest.mark.parametrize(
    "change",
    [
        {"arguments": ARGUMENTS | {"amount": "120.01"}},
        {"arguments": {**ARGUMENTS, "extra": None}},
        {"arguments": {}},
        {"org": "other"},
        {"agent": "other"},
        {"action": "refund.delete"},
        {"issuer": "https://other.example.com"},
        {"now": NOW + 900},
        {"now": float("nan")},
        {"arguments": {"a": float("nan")}},
        {"arguments": {"a": "\ud800"}},
        {"arguments": {"a": object()}},
    ],
    ids=lambda change: re.sub(" at 0x[0-9a-f]+", "", str(change)),
)
def test_a_receipt_for_something_else_is_refused(change: dict[str, Any]):
    assert refused(SIGNER.sign(CLAIMS), **change)


@pytest.mark.parametrize("outcome", ["rejected", "answered", None])
def test_a_receipt_that_does_not_approve_is_refused(outcome: str | None):
    assert "outcome" in refused(SIGNER.sign(CLAIMS | {"outcome": outcome}))


@pytest.mark.parametrize("exp", [None, "soon", NOW])
def test_a_receipt_without_time_is_refused(exp: object):
    assert refused(SIGNER.sign(CLAIMS | {"exp": exp}))


def test_every_altered_letter_is_noticed():
    receipt = SIGNER.sign(CLAIMS)
    last_of_signature = len(receipt) - 1  # its last two bits are padding and carry nothing
    for place in range(0, last_of_signature, 3):
        letter = "A" if receipt[place] != "A" else "B"
        assert refused(receipt[:place] + letter + receipt[place + 1 :])


def test_rubbish_is_refused():
    head, body, signature = SIGNER.sign(CLAIMS).split(".")
    for receipt in (
        "",
        "a.b.c",
        "..",
        f"{head}.{body}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature}.x",
        None,
        b"a.b.c",
        "é.é.é",
    ):
        assert refused(receipt)
    unknown: list[Any] = [{"keys": []}, {"keys": [{"kid": SIGNER.kid}]}, Signer(generate_pem()).jwks()]
    for jwks in unknown:
        assert refused(f"{head}.{body}.{signature}", jwks)


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_another_algorithm_or_type_is_refused():
    key = serialization.load_pem_private_key(PEM.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    for header in ({"alg": "EdDSA", "typ": "JWT"}, {"alg": "HS256", "typ": "countersign-receipt+jwt"}):
        signed = f"{encode(header | {'kid': SIGNER.kid})}.{encode(CLAIMS)}"
        signature = base64.urlsafe_b64encode(key.sign(signed.encode())).decode().rstrip("=")
        assert "something else" in refused(f"{signed}.{signature}")
    assert refused(f"{encode({'alg': 'none', 'kid': SIGNER.kid})}.{encode(CLAIMS)}.")


def test_after_a_change_of_keys_old_receipts_can_still_be_checked():
    old = SIGNER.sign(CLAIMS)
    private = serialization.load_pem_private_key(PEM.encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    new = generate_pem()
    for changed in (Signer(new + PEM), Signer(new.encode() + public)):
        assert changed.kid != SIGNER.kid
        assert [key["kid"] for key in changed.jwks()["keys"]] == [changed.kid, SIGNER.kid]
        for receipt in (old, changed.sign(CLAIMS)):
            assert client.verify(receipt, changed.jwks(), **ASKED) == CLAIMS


def test_the_jwks_holds_no_private_part():
    assert set(SIGNER.jwks()["keys"][0]) == {"kty", "crv", "x", "kid", "alg", "use"}


def test_a_key_that_cannot_sign_is_named():
    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    body = "".join(PEM.splitlines()[1:-1])
    broken = PEM.replace(body, body[:-8] + "AAAAAA==")
    public = PEM.replace("PRIVATE", "PUBLIC")
    for pem in ("", "rubbish", other, public, broken[:60], PEM.replace(body, "AAAA"), PEM + public):
        with pytest.raises(BadSigningKey):
            Signer(pem)


@given(VALUES)
def test_the_small_canonical_form_is_the_large_one(value: object):
    assert client.canonical(value).encode() == ours.canonical(value)


@pytest.mark.parametrize(
    "spelled", [spelled for _, spelled in NUMBERS] + ["1e21", "-1e-7", "0.00001", "123e-20", "1E400"]
)
def test_numbers_are_spelled_alike_or_refused_alike(spelled: str):
    value = float(spelled)
    if value == float("inf"):
        with pytest.raises(ValueError):
            client.canonical(value)
    else:
        assert client.canonical(value) == ours.number(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_all_floats_are_spelled_alike(value: float):
    assert client.canonical(value) == ours.number(value)


def test_the_verifier_stays_small_enough_to_read():
    lines = FILE.read_text().split('"""\n', 2)[-1].splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith(('"""', "#", "import", "from"))]
    assert len(code) <= 40
