"""Which service a sample counts for, and for whom a token may write."""

import pytest

from monitoring.ingest.fields import RefusedError
from tests.monitoring.ingest.formats.encoding import sender

ALL = {"service_name": "a", "service": "b", "job": "c"}


@pytest.mark.parametrize(
    ("labels", "token", "service"),
    [
        (ALL, None, "a"),
        ({"service": "b", "job": "c"}, None, "b"),
        ({"job": "c"}, None, "c"),
        ({"service": "", "job": "c"}, None, "c"),
        ({}, None, "nobody"),
        (ALL, "t", "a"),
        ({"service_name": "", "service": "b"}, "t", "t"),
        ({"service": "b", "job": "c"}, "t", "t"),
        ({}, "t", "t"),
    ],
)
def test_the_first_that_names_a_service_wins(
    labels: dict[str, str], token: str | None, service: str
) -> None:
    assert sender(token).service_of(labels) == service


def test_a_service_that_the_token_may_not_write_for_is_refused() -> None:
    with pytest.raises(RefusedError, match="for t only, not for a") as caught:
        sender("t", foreign=["a"]).service_of(ALL)

    assert caught.value.field == "service_name"


@pytest.mark.parametrize("name", ["x" * 256, "a\nb"])
def test_a_service_name_keeps_the_limits(name: str) -> None:
    with pytest.raises(RefusedError):
        sender().service_of({"job": name})
