"""Writes of the dependency graph: what cannot work without what."""

import logging

from django.db import IntegrityError, transaction

from alerts.errors import DependencyKnownError, DependencyNotFoundError
from alerts.models import Dependency
from alerts.routing.inhibition import place
from alerts.services.muting_words import required_text
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

_LONGEST_NAME = 255


def create_dependency(dependent: str, upstream: str, *, by: str) -> Dependency:
    """Note that `dependent` cannot work without `upstream`.

    One that was taken away comes back. Raises DependencyKnownError, or InvalidInputError if both are one place:
    `payment` and `payment-service` are.
    """
    names = {
        "dependent": required_text("dependent", dependent, _LONGEST_NAME),
        "upstream": required_text("upstream", upstream, _LONGEST_NAME),
    }
    refuse_loop(**names)
    if Dependency.objects.filter(**names, enabled=False).update(enabled=True):
        return Dependency.objects.get(**names)
    try:
        with transaction.atomic():
            dependency = Dependency.objects.create(**names)
    except IntegrityError as error:
        raise DependencyKnownError(f"{dependent} needs {upstream} already") from error
    logger.info("dependency created", extra={**names, "by": by})
    return dependency


def switch_dependency(dependency_id: int, *, enabled: bool, by: str) -> Dependency:
    """Let a dependency count or not. Raises DependencyNotFoundError."""
    with transaction.atomic():
        dependency = _hold(dependency_id)
        dependency.enabled = enabled
        dependency.save(update_fields=["enabled"])
    logger.info("dependency switched", extra={**_facts(dependency, by), "enabled": enabled})
    return dependency


def delete_dependency(dependency_id: int, *, by: str) -> None:
    """Take a dependency away; a default one is switched off, so that loading the defaults does not bring it back.

    Raises DependencyNotFoundError.
    """
    with transaction.atomic():
        dependency = _hold(dependency_id)
        if dependency.seeded:
            Dependency.objects.filter(pk=dependency_id).update(enabled=False)
        else:
            dependency.delete()
    logger.info("dependency deleted", extra=_facts(dependency, by))


def refuse_loop(dependent: str, upstream: str) -> None:
    """Raise InvalidInputError if both names mean one place."""
    if place(dependent.strip()) == place(upstream.strip()):
        raise InvalidInputError(f"{dependent} cannot need itself")


def _hold(dependency_id: int) -> Dependency:
    dependency = Dependency.objects.select_for_update().filter(pk=dependency_id).first()
    if dependency is None:
        raise DependencyNotFoundError(f"no dependency {dependency_id}")
    return dependency


def _facts(dependency: Dependency, by: str) -> dict[str, str]:
    return {"dependent": dependency.dependent, "upstream": dependency.upstream, "by": by}
