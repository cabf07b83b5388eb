"""What the claims of a verified token mean, at fixed instants."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.api.claims import ExpiredClaimsError, InvalidClaimsError, TokenUser, identity_of
from monitoring.api.roles import Role

NOON = datetime(2025, 1, 12, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())


def read(**changed: Any) -> TokenUser:
    claims = {"userId": "ana", "exp": NOW + 60} | changed
    kept = {name: value for name, value in claims.items() if value is not ...}
    return identity_of(kept, at=NOON, ahead_seconds=30)


def test_every_claim_arrives() -> None:
    user = read(role="operator", permissions=["metrics:push"], service="payment-service")

    assert user.is_authenticated
    assert user == TokenUser(
        id="ana",
        role=Role.OPERATOR,
        permissions=frozenset({"metrics:push"}),
        service="payment-service",
        claimed_role="operator",
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"userId": ..., "id": "bo"}, "bo"),
        ({"userId": "", "id": "bo"}, "bo"),
        ({"userId": None, "id": "bo"}, "bo"),
        ({"userId": "ana", "id": "bo"}, "ana"),
        ({"userId": 42}, "42"),
        ({"userId": "x" * 255}, "x" * 255),
        ({"userId": "Žofie Ångström"}, "Žofie Ångström"),
    ],
)
def test_the_subject_is_user_id_else_id(changed: dict[str, Any], expected: str) -> None:
    assert read(**changed).id == expected


@pytest.mark.parametrize(
    "subject",
    [
        ...,
        None,
        "",
        "x" * 256,
        "a\0b",
        "a\nb",
        "\ud800",
        "\x1b[2J",
        1.5,
        True,
        0,
        10**20,
        ["ana"],
        {"id": "ana"},
    ],
)
def test_a_subject_that_cannot_be_stored_is_refused(subject: object) -> None:
    with pytest.raises(InvalidClaimsError, match="userId or id"):
        read(userId=subject)


@pytest.mark.parametrize("name", ["admin", "operator", "monitoring", "user"])
def test_the_four_roles_are_known(name: str) -> None:
    assert read(role=name).role == Role(name)


def test_a_token_without_a_role_is_a_users() -> None:
    assert read().role is Role.USER


@pytest.mark.parametrize("name", ["superuser", "Admin", "admin ", "", "ADMIN"])
def test_a_role_that_nobody_knows_is_kept_for_the_refusal(name: str) -> None:
    user = read(role=name)

    assert (user.role, user.claimed_role) == (None, name)


@pytest.mark.parametrize("role", [None, ["admin"], {"admin": True}, 1, True])
def test_a_role_that_is_not_a_text_spoils_the_token(role: object) -> None:
    with pytest.raises(InvalidClaimsError, match="role"):
        read(role=role)


@pytest.mark.parametrize(
    "permissions",
    ["admin", {"admin": True}, None, [1], [None], ["a\0"], [["a"]], [""], ["p"] * 101, True],
)
def test_permissions_must_be_a_list_of_texts(permissions: object) -> None:
    with pytest.raises(InvalidClaimsError, match="permissions"):
        read(permissions=permissions)


def test_a_hundred_permissions_are_enough_for_anybody() -> None:
    assert len(read(permissions=[f"p{number}" for number in range(100)]).permissions) == 100


@pytest.mark.parametrize("service", ["", 7, ["a"], "a\0b", "x" * 256])
def test_a_service_must_be_a_text(service: object) -> None:
    with pytest.raises(InvalidClaimsError, match="service"):
        read(service=service)


@pytest.mark.parametrize("kind", ["refresh", "sliding", None, 1, ""])
def test_only_access_tokens_open_the_api(kind: object) -> None:
    with pytest.raises(InvalidClaimsError, match="token_type"):
        read(token_type=kind)


def test_an_explicit_access_token_is_taken() -> None:
    assert read(token_type="access").id == "ana"


@pytest.mark.parametrize("exp", [NOW + 0.5, NOW + 1])
def test_a_token_is_valid_until_its_exp(exp: float) -> None:
    assert read(exp=exp).id == "ana"


@pytest.mark.parametrize("exp", [NOW, NOW - 1, 0])
def test_a_token_ends_at_its_exp_and_not_a_moment_later(exp: float) -> None:
    with pytest.raises(ExpiredClaimsError):
        read(exp=exp)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_an_issuers_clock_may_run_ahead_by_the_leeway_only(name: str) -> None:
    assert read(**{name: NOW + 30}).id == "ana"
    with pytest.raises(InvalidClaimsError, match=f"{name} lies in the future"):
        read(**{name: NOW + 30.5})


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        "1736683260",
        "",
        [],
        {},
        1e308,
        float("inf"),
        float("nan"),
        -1,
        253_402_300_800,
    ],
)
def test_what_is_no_instant_spoils_the_token(name: str, value: object) -> None:
    with pytest.raises(InvalidClaimsError, match=name) as refused:
        read(**{name: value})

    assert not isinstance(refused.value, ExpiredClaimsError)


def test_a_token_that_never_ends_is_refused() -> None:
    with pytest.raises(InvalidClaimsError, match="exp is missing"):
        read(exp=...)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3)
    ),
    max_leaves=8,
)
_names = st.sampled_from(
    ["userId", "id", "role", "permissions", "service", "exp", "nbf", "iat", "token_type"]
)


@given(st.dictionaries(_names, _json))
def test_whatever_was_signed_is_a_holder_or_a_refusal(claims: dict[str, Any]) -> None:
    try:
        user = identity_of(claims, at=NOON, ahead_seconds=30)
    except InvalidClaimsError:
        return

    assert user.id
    assert user.id.isprintable()
    assert user.role in {None, *Role}
