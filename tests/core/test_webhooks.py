"""A signature is right, or it is BadSignature: nothing else comes out."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from core import slack_signature, webhooks
from core.webhooks import BadSignature
from tests.core.vectors import load

WEBHOOKS = load("standard_webhooks")
SLACK = load("slack_signature")
NOW = 1_614_265_330
NOW_AS_DATETIME = datetime.fromtimestamp(NOW, UTC)


def named(cases: list[dict[str, Any]]) -> dict[str, Any]:
    return {"argvalues": cases, "ids": [case["name"] for case in cases]}


@pytest.mark.parametrize("case", **named(WEBHOOKS["accept"]))
def test_good_webhooks_are_accepted(case: dict[str, Any]):
    webhooks.verify([case["secret"]], case["headers"], base64.b64decode(case["body_b64"]), case["now"])


@pytest.mark.parametrize("case", **named(WEBHOOKS["reject"]))
def test_bad_webhooks_are_refused(case: dict[str, Any]):
    with pytest.raises(BadSignature) as refused:
        webhooks.verify([case["secret"]], case["headers"], base64.b64decode(case["body_b64"]), case["now"])
    assert refused.value.status == 401


def test_an_asymmetric_signature_is_passed_over_never_taken():
    vector = WEBHOOKS["asymmetric_v1a"]
    body, secret = base64.b64decode(vector["body_b64"]), WEBHOOKS["accept"][0]["secret"]
    for key in (vector["public_serialisation"], vector["secret_serialisation"], secret):
        with pytest.raises(BadSignature):
            webhooks.verify([key], vector["headers"], body, NOW)
    ours = webhooks.sign([secret], vector["headers"]["webhook-id"], NOW, body)
    both = vector["headers"] | {"webhook-signature": f"{vector['headers']['webhook-signature']} {ours}"}
    webhooks.verify([secret], both, body, NOW)


def headers_of(signature: str, msg_id: str = "msg_1", timestamp: str = str(NOW)) -> dict[str, str]:
    return {"webhook-id": msg_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def test_what_we_sign_the_library_and_we_accept_with_either_secret():
    old, new = webhooks.new_secret(), webhooks.new_secret()
    body = '{"type":"action.decided","data":"é"}'.encode()
    headers = headers_of(webhooks.sign([new, old], "msg_1", NOW, body))
    for secret in (old, new):
        webhooks.verify([secret], headers, body, NOW)
        webhooks.verify([webhooks.new_secret(), secret], headers, body, NOW)
        signed = standardwebhooks.Webhook(secret).sign("msg_1", NOW_AS_DATETIME, body.decode())
        assert signed in headers["webhook-signature"].split(" ")
    with pytest.raises(BadSignature):
        webhooks.verify([webhooks.new_secret()], headers, body, NOW)
    with pytest.raises(BadSignature):
        webhooks.verify([], headers, body, NOW)


def test_signing_refuses_what_could_not_be_verified():
    for secrets, msg_id in [
        ([], "msg_1"),
        (["whsec_"], "msg_1"),
        (["whsec_%%"], "msg_1"),
        ([webhooks.new_secret()], "a.b"),
    ]:
        with pytest.raises(ValueError, match=r"secret|webhook id"):
            webhooks.sign(secrets, msg_id, NOW, b"{}")


def test_headers_that_are_too_long_or_too_many_are_refused():
    secret = webhooks.new_secret()
    good = webhooks.sign([secret], "msg_1", NOW, b"{}")
    for signature in (" ".join([good] * 17), f"{good} ", f" {good}", f"{good}  {good}", f"{good},{good}", f"{good}\n"):
        with pytest.raises(BadSignature):
            webhooks.verify([secret], headers_of(signature), b"{}", NOW)
    for msg_id in ("", "a" * 256, "a b", "msg_1\n"):
        with pytest.raises(BadSignature):
            webhooks.verify([secret], headers_of(good, msg_id), b"{}", NOW)


@given(st.text(), st.text(), st.text(), st.binary(), st.text())
def test_nothing_but_a_refusal_comes_out_of_rubbish(
    msg_id: str, timestamp: str, signature: str, body: bytes, secret: str
):
    with pytest.raises(BadSignature):
        webhooks.verify([secret], headers_of(signature, msg_id, timestamp), body, NOW)
    with pytest.raises(BadSignature):
        slack_signature.verify("secret", timestamp, signature, body, NOW)


def body_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["body_b64"]) if "body_b64" in case else case["body"].encode()


@pytest.mark.parametrize("case", **named(SLACK["accept"]))
def test_good_slack_requests_are_accepted(case: dict[str, Any]):
    slack_signature.verify(case["secret"], case["timestamp"], case["signature"], body_of(case), case["now"])
    assert slack_signature.sign(case["secret"], int(case["timestamp"]), body_of(case)) == case["signature"]


@pytest.mark.parametrize("case", **named(SLACK["reject"]))
def test_bad_slack_requests_are_refused(case: dict[str, Any]):
    with pytest.raises(BadSignature):
        slack_signature.verify(case["secret"], case["timestamp"], case["signature"], body_of(case), case["now"])


def test_slack_without_secret_or_headers_is_refused():
    case = SLACK["accept"][0]
    for secret, timestamp, signature in [
        ("", case["timestamp"], case["signature"]),
        (case["secret"], None, case["signature"]),
        (case["secret"], case["timestamp"], None),
    ]:
        with pytest.raises(BadSignature):
            slack_signature.verify(secret, timestamp, signature, body_of(case), case["now"])
