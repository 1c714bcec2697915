"""A refusal has one form outside."""

import pytest

from core import errors
from core.errors import Conflict, DomainError, FieldError, Unprocessable, problem


class AlreadyClosed(Conflict):
    code, title = "already_closed", "Already closed"


def test_a_problem_names_code_status_and_request():
    assert problem(errors.NotFound("There is no such action."), "req_1") == {
        "type": "urn:countersign:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no such action.",
        "code": "not_found",
        "instance": "urn:countersign:request:req_1",
    }


def test_a_problem_lists_fields_and_extra_members():
    exc = Unprocessable(
        "No.", errors=[FieldError("/amount/value", "too_large", "At most 10.")], decision={"id": "dec_1"}
    )
    body = problem(exc)
    assert body["errors"] == [{"pointer": "/amount/value", "code": "too_large", "detail": "At most 10."}]
    assert body["decision"] == {"id": "dec_1"}
    assert "instance" not in body


def test_extra_members_cannot_replace_the_standard_ones():
    with pytest.raises(TypeError):
        AlreadyClosed("It is closed.", code="open")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (errors.BadRequest, 400, "bad_request"),
        (errors.Unauthenticated, 401, "unauthenticated"),
        (errors.Forbidden, 403, "forbidden"),
        (errors.NotFound, 404, "not_found"),
        (AlreadyClosed, 409, "already_closed"),
        (errors.TooLarge, 413, "too_large"),
        (errors.Unprocessable, 422, "unprocessable"),
        (errors.TooMany, 429, "rate_limited"),
        (errors.Unavailable, 503, "unavailable"),
    ],
)
def test_each_kind_has_its_status_and_code(kind: type[DomainError], status: int, code: str):
    body = problem(kind("Because."))
    assert (body["status"], body["code"]) == (status, code)
