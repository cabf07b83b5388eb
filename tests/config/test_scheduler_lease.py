"""The lease: one holder, released with its connection."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from config import scheduler
from config.scheduler import Lease
from tests.config.leases import break_connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_one_holds_a_lease_and_keeps_it(leases: Callable[[], Lease]) -> None:
    first, second = leases(), leases()

    assert first.hold()
    assert not second.hold()
    assert first.hold()
    assert not second.hold()


def test_a_lease_that_is_released_goes_to_the_next(leases: Callable[[], Lease]) -> None:
    first, second = leases(), leases()
    first.hold()

    first.release()

    assert second.hold()
    assert not first.hold()


def test_a_lease_whose_connection_broke_is_lost_and_can_be_taken_again(
    leases: Callable[[], Lease],
) -> None:
    lease = leases()
    lease.hold()
    break_connection(lease)

    with pytest.raises(OperationalError):
        lease.hold()

    assert lease.hold()


def test_a_lease_has_a_connection_of_its_own_outside_of_the_pool(
    leases: Callable[[], Lease], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", {"min_size": 1})

    own = scheduler._own_connection()

    assert "pool" not in own.settings_dict["OPTIONS"]
    assert "statement_timeout" in own.settings_dict["OPTIONS"]["options"]
    assert "tcp_keepalives_idle" in own.settings_dict["OPTIONS"]["options"]
    assert "tcp_keepalives_idle" not in connection.settings_dict["OPTIONS"]["options"]
    assert connection.settings_dict["OPTIONS"]["pool"] == {"min_size": 1}
