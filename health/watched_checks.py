"""What is wrong with a watched service as a person has written it, field by field, before anything is stored."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ValidationError

from health.catalogue import SUFFIX
from health.models import WatchedService
from health.probes.validation import check_target
from health.services.heartbeats import schedule_of
from health.watching.heartbeat import next_call
from monitoring.errors import InvalidInputError

Problems = dict[str, list[str]]
# What lists, labels and the public page show on one line: a break or a mark that turns it round misleads there.
_ONE_LINE = ("service_name", "description", "owner", "public_name", "public_group")
# Any instant will do: what is asked is whether there is a next one.
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def check_service(service: WatchedService, known: Problems | None = None) -> None:
    """Raise InvalidInputError with every problem of a row under the name of its field.

    Those `known` before a change are let pass: a service that cannot be probed any more must still be disabled.
    """
    before = known or {}
    problems = {
        field: new
        for field, messages in problems_of(service).items()
        if (new := [each for each in messages if each not in before.get(field, ())])
    }
    if problems:
        raise InvalidInputError("Invalid watched service", details=problems)


def problems_of(service: WatchedService) -> Problems:
    """Return what is wrong with a row, by field."""
    problems: Problems = {}
    for found in (_of_columns(service), _of_target(service), _of_heartbeat(service)):
        for field, messages in found.items():
            problems.setdefault(field, []).extend(messages)
    return problems


def spellings(name: str, service_name: str) -> set[str]:
    """Return all names under which a service is found; no other one may have any of them."""
    return {name, service_name, f"{name}{SUFFIX}"}


def _of_columns(service: WatchedService) -> Problems:
    problems: Problems = {}
    try:
        service.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        problems = dict(error.message_dict)
    for field in _ONE_LINE:
        if not str(getattr(service, field)).isprintable():
            problems.setdefault(field, []).append("has characters that cannot be printed")
    return problems


def _of_target(service: WatchedService) -> Problems:
    problems: Problems = {}
    try:
        check_target(
            service.kind,
            service.url,
            path=service.path,
            expected_status=service.expected_status,
            record_type=service.record_type,
            has_credentials=bool(service.credentials),
        )
    except InvalidInputError as error:
        problems = _texts(error.details)
    for field, message in _of_settings(service):
        problems.setdefault(field, []).append(message)
    return problems


def _of_settings(service: WatchedService) -> Iterator[tuple[str, str]]:
    """Yield what only the settings can tell."""
    if service.kind == WatchedService.Kind.HTTP and not service.address:
        yield "url", "must not be empty: the environment names no address of this service"
    if service.credentials and service.credentials not in settings.PROBE_CREDENTIALS:
        yield "credentials", "PROBE_CREDENTIALS has no entry of this name"
    timeout = service.timeout_seconds
    if isinstance(timeout, float) and timeout > service.interval.total_seconds():
        yield "timeout_seconds", "must not be longer than the interval"


def _of_heartbeat(service: WatchedService) -> Problems:
    if service.kind != WatchedService.Kind.HEARTBEAT:
        return {}
    if bool(service.heartbeat_cron) == bool(service.heartbeat_period_seconds):
        told = "either a cron expression or a period must say when the job calls"
        return {"heartbeat_cron": [told]}
    try:
        expected = next_call(schedule_of(service), _SOME_DAY)
    except ValueError as error:
        return {"heartbeat_cron": [str(error)]}
    return {} if expected else {"heartbeat_cron": ["this instant never comes"]}


def _texts(details: Mapping[str, object]) -> Problems:
    return {
        field: [str(each) for each in found] if isinstance(found, list) else [str(found)]
        for field, found in details.items()
    }
