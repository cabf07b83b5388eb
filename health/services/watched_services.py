"""Writes of watched services: created, changed, taken away, each with what it needs."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from health.catalogue import short_name_of
from health.models import WatchedService
from health.services.service_needs import forget_needs, set_needs
from health.watched_checks import check_service, problems_of, spellings
from monitoring.errors import ConflictError, InvalidInputError

logger = logging.getLogger(__name__)

# History, samples and dependencies know a service by its names, so these stay.
NAMES = ("name", "service_name")
_LOCK = 7_305_116_240_118_334_721  # whoever writes watched services holds it


class ServiceNameTakenError(ConflictError):
    """Another watched service is found under one of the names."""


class ServiceNamedByEnvironmentError(ConflictError):
    """The next start would create it again; it can only be disabled."""


class NoHeartbeatError(ConflictError):
    """Only a heartbeat has a key."""


@transaction.atomic
def create_service(
    fields: Mapping[str, Any], *, needs: Iterable[str] = (), by: str
) -> WatchedService:
    """Watch something from the next tick on; it cannot work without what `needs` names.

    `service_name` is `name` with -service unless given. Raises InvalidInputError naming the fields, or
    ServiceNameTakenError.
    """
    _be_the_only_writer()
    service = WatchedService(**{"service_name": f"{fields.get('name', '')}-service", **fields})
    check_service(service)
    _refuse_taken_names(service)
    service.save(force_insert=True)
    set_needs(service, needs, by=by)
    _log("watched service created", service, by)
    service.refresh_from_db()  # its key is made by the database
    return service


@transaction.atomic
def update_service(
    name: str, changes: Mapping[str, Any], *, needs: Iterable[str] | None = None, by: str
) -> WatchedService:
    """Change the columns that `changes` names, and what the service needs where `needs` is given.

    Raises ServiceNotWatchedError, or InvalidInputError naming the fields, also for a change of its names.
    """
    _be_the_only_writer()
    service = watched_service(name)
    renamed = {
        field: ["cannot change: history is kept under it; add another service"]
        for field in NAMES
        if field in changes and changes[field] != getattr(service, field)
    }
    if renamed:
        raise InvalidInputError("a watched service keeps its names", details=renamed)
    known = problems_of(service)
    for field, value in changes.items():
        setattr(service, field, value)
    check_service(service, known)
    service.save()
    if needs is not None:
        set_needs(service, needs, by=by)
    _log("watched service changed", service, by, fields=sorted(changes))
    return service


@transaction.atomic
def delete_service(name: str, *, by: str) -> None:
    """Stop watching; what was found stays in the history until its time is over.

    Raises ServiceNotWatchedError, or ServiceNamedByEnvironmentError for one that would come back.
    """
    service = watched_service(name)
    if comes_back(service):
        raise ServiceNamedByEnvironmentError(
            f"{service.name} is named by the environment and would come back: disable it",
            details={"service": service.name},
        )
    forget_needs(service, by=by)
    _log("watched service deleted", service, by)
    service.delete()


def comes_back(service: WatchedService | None) -> bool:
    """Tell whether the environment names a service, so that the next start would create it again."""
    return service is not None and service.name in settings.WATCHED_SERVICES


@transaction.atomic
def renew_heartbeat_key(name: str, *, by: str) -> WatchedService:
    """Give a heartbeat another key; the job must call the new address from now on.

    Raises ServiceNotWatchedError or NoHeartbeatError.
    """
    service = watched_service(name)
    if service.kind != WatchedService.Kind.HEARTBEAT:
        raise NoHeartbeatError(f"{service.name} is asked by probes: it has no key")
    service.heartbeat_key = uuid4()
    service.save(update_fields=["heartbeat_key", "updated_at"])
    _log("heartbeat key renewed", service, by)
    return service


def watched_service(name: str) -> WatchedService:
    """Return a service, disabled ones too, by either of its names; locked until the transaction ends.

    Raises ServiceNotWatchedError, which lists the names there are.
    """
    found = short_name_of(name, _full_names())
    return WatchedService.objects.select_for_update(no_key=True).get(pk=found)


def _full_names() -> dict[str, str]:
    return dict(WatchedService.objects.values_list("name", "service_name"))


def _refuse_taken_names(service: WatchedService) -> None:
    wanted = spellings(service.name, service.service_name)
    for name, service_name in _full_names().items():
        shared = wanted & spellings(name, service_name)
        if shared:
            taken = min(shared)
            raise ServiceNameTakenError(
                f"{taken} is watched already, as {name}", details={"name": taken, "service": name}
            )


def _be_the_only_writer() -> None:
    """Let nobody else give a name away until the transaction ends; probes go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _log(event: str, service: WatchedService, by: str, **more: Any) -> None:
    logger.info(event, extra={"watched_service": service.name, "by": by, **more})
