"""Two people who write watched services at once."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from health.models import WatchedService
from health.services.watched_services import (
    ServiceNameTakenError,
    create_service,
    update_service,
)
from tests.health.factories import WatchedServiceFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all at the same time and return how each ended, sorted."""
    gate, ends = threading.Barrier(len(acts)), list[str]()

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
            ends.append("done")
        except ServiceNameTakenError:
            ends.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_two_names_that_lead_to_one_service_one_is_taken() -> None:
    """No row collides here: only who writes alone sees that `ledger-service` is another name of `ledger`."""

    def create(name: str) -> Callable[[], object]:
        fields = {"name": name, "kind": "tcp", "url": "tcp://ledger:7000"}
        return lambda: create_service(fields, by="ana")

    assert at_once(create("ledger"), create("ledger-service")) == ["done", "taken"]
    assert WatchedService.objects.count() == 1


def test_changes_of_different_fields_both_stay() -> None:
    WatchedServiceFactory.create(name="ledger", kind="tcp", url="tcp://ledger:7000")

    ends = at_once(
        lambda: update_service("ledger", {"owner": "ana"}, by="ana"),
        lambda: update_service("ledger", {"tags": ["money"]}, by="bo"),
    )

    row = WatchedService.objects.get()
    assert (ends, row.owner, row.tags) == (["done", "done"], "ana", ["money"])
