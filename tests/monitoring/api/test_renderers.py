"""What goes out is JSON that every client can read."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import numpy as np
import orjson
import pytest
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ErrorDetail

from monitoring.api.renderers import JsonRenderer, PlainTextRenderer, dumps
from monitoring.api.roles import Role

INDIA = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("nan"), "null"),
        ([float("inf"), -float("inf")], "[null,null]"),
        ({"a": np.array([1.5, np.nan])}, '{"a":[1.5,null]}'),
        (datetime(2025, 1, 12, 10, 30, tzinfo=UTC), '"2025-01-12T10:30:00Z"'),
        (datetime(2025, 1, 12, 10, 30, tzinfo=INDIA), '"2025-01-12T10:30:00+05:30"'),
        (UUID(int=7), '"00000000-0000-0000-0000-000000000007"'),
        (Decimal("1.50"), "1.5"),
        (Role.ADMIN, '"admin"'),
        (ErrorDetail("no", code="invalid"), '"no"'),
        (gettext_lazy("no"), '"no"'),
        ({1: "a", None: "b"}, '{"1":"a","null":"b"}'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (MappingProxyType({"a": 1}), '{"a":1}'),
        ({"b", "a"}, '["a","b"]'),
        (frozenset({2, 1}), "[1,2]"),
        ("\0\x1b\u2028", '"\\u0000\\u001b\u2028"'),
    ],
)
def test_values_are_written_as_clients_expect_them(value: object, text: str) -> None:
    assert dumps(value).decode() == text


def test_a_value_that_is_none_of_these_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        dumps(object())


def test_an_answer_without_a_body_has_none() -> None:
    assert JsonRenderer().render(None) == b""


def test_text_goes_out_as_it_is_and_an_error_as_json() -> None:
    error: Mapping[str, str] = {"code": "NOT_FOUND"}

    assert PlainTextRenderer().render("up 1\n") == b"up 1\n"
    assert orjson.loads(PlainTextRenderer().render(error)) == error
