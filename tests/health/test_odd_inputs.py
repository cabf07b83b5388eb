"""What nobody expects is refused by name or answered, on every route of health and sales; nothing fails."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from tests.health.odd_world import (
    BODIES,
    JSON_VALUES,
    QUERY_VALUES,
    REFUSED_AS_JSON,
    SPANS,
    WRONG_SHAPES,
    Door,
    admin_client,
    alone,
    doors,
    problem_with,
    world,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("away")]
DOORS = doors()


@pytest.fixture(autouse=True)
def _alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with alone(settings, monkeypatch):
        yield


@pytest.fixture
def admin() -> Client:
    return admin_client()


def tried(client: Client, door: Door, path: str, body: str) -> Any:
    """Return the answer; what a body wrote is taken back, so that the next one meets the same rows."""
    call = partial(client.generic, door.method, path, body, content_type="application/json")
    if not door.fields:
        return call()
    with transaction.atomic():
        answer = call()
        transaction.set_rollback(True)
    return answer


# Said of the whole URL or body: no field of it was read.
_OF_THE_WHOLE = (
    "The URL holds a NUL",
    "Malformed JSON",
    "A text holds a NUL",
    "The JSON is nested",
)


def is_unnamed(answer: Any, name: str) -> bool:
    """Tell whether a refusal does not say what it is about."""
    if answer.status_code != 400 or answer.json()["error"].startswith(_OF_THE_WHOLE):
        return False
    details = answer.json()["details"]
    return name not in details and not any(
        each["field"] == name for each in details.get("rejected", ())
    )


def body_of(members: Iterable[str]) -> str:
    return f"{{{', '.join(members)}}}"


def called(*found: tuple[str, str]) -> list[str]:
    return [f"{what}: {problem}" for what, problem in found if problem]


@pytest.mark.parametrize("door", [each for each in DOORS if each.method == "GET"], ids=str)
def test_any_query_is_answered_or_refused_by_name(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())
    wrong = []
    for name in door.query:
        # What nobody reads is no work to a route: a few values are enough.
        for value in QUERY_VALUES[:: 8 if name == "unheard_of" else 1]:
            answer = admin.get(f"{path}?{name}={value}")
            problem = problem_with(answer)
            if not problem and is_unnamed(answer, name):
                problem = f"unnamed {answer.json()}"
            wrong += called((f"{name}={value[:60]}", problem))

    assert wrong == []


@pytest.mark.parametrize("span", SPANS, ids=" to ".join)
@pytest.mark.parametrize(
    "door", [each for each in DOORS if {"start", "start_date"} & {*each.query}], ids=str
)
def test_any_span_is_answered_or_refused_by_name(
    admin: Client, door: Door, span: tuple[str, str]
) -> None:
    names = [name for name in door.query if name.removesuffix("_date") in {"start", "end"}]
    start, end = sorted(names, reverse=True)

    answer = admin.get(f"{door.route.path.format(**world())}?{start}={span[0]}&{end}={span[1]}")

    assert problem_with(answer) == ""
    if answer.status_code == 400:
        assert {start, end} & set(answer.json()["details"])


@pytest.mark.parametrize("door", [each for each in DOORS if each.takes_a_body], ids=str)
def test_a_body_of_any_shape_is_answered(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())
    wrong = []
    for body in BODIES:
        answer = tried(admin, door, path, body)
        wrong += called((body[:60], problem_with(answer)))

    assert wrong == []


@pytest.mark.parametrize("door", [each for each in DOORS if each.fields], ids=str)
def test_what_is_no_json_or_has_no_shape_of_ours_is_refused(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())
    wrong = []
    for value in (*WRONG_SHAPES, *REFUSED_AS_JSON):
        answer = tried(admin, door, path, body_of(f'"{name}": {value}' for name in door.fields))
        problem = problem_with(answer) or ("" if answer.status_code == 400 else "taken")
        wrong += called((value[:60], problem))

    assert wrong == []


@pytest.mark.parametrize(
    "door", [each for each in DOORS if each.fields and each.method != "PUT"], ids=str
)
def test_any_value_of_a_field_is_taken_or_refused_by_name(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())
    wrong = []
    for name in door.fields:
        others = [
            f'"{other}": {json.dumps(value)}' for other, value in door.good.items() if other != name
        ]
        for value in JSON_VALUES:
            answer = tried(admin, door, path, body_of([*others, f'"{name}": {value}']))
            problem = problem_with(answer)
            if not problem and is_unnamed(answer, name):
                problem = f"unnamed {answer.content[:300]!r}"
            wrong += called((f"{name}={value[:60]}", problem))

    assert wrong == []
