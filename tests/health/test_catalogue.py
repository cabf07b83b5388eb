"""Both spellings of a service's name are understood."""

import pytest

from health.catalogue import ServiceNotWatchedError, short_name_of

NAMES = {"payment": "payment-service", "api-gateway": "api-gateway", "ledger": "book-keeper"}


@pytest.mark.parametrize(
    ("asked", "short"),
    [
        ("payment", "payment"),
        ("payment-service", "payment"),
        (" Payment-Service ", "payment"),
        ("api-gateway", "api-gateway"),
        ("api-gateway-service", "api-gateway"),
        ("book-keeper", "ledger"),
        ("ledger-service", "ledger"),
    ],
)
def test_short_and_full_names_mean_the_same(asked: str, short: str) -> None:
    assert short_name_of(asked, NAMES) == short


@pytest.mark.parametrize("asked", ["", "pay", "payment-service-service", "payments"])
def test_any_other_name_is_refused_with_the_names_there_are(asked: str) -> None:
    with pytest.raises(ServiceNotWatchedError) as caught:
        short_name_of(asked, NAMES)

    assert caught.value.details == {"service": asked, "known": "api-gateway, ledger, payment"}
    assert (caught.value.status, caught.value.code) == (404, "NOT_FOUND")
