"""Writes of objectives by people."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from health.errors import SloNotFoundError
from health.models import Slo, SloState
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

# What was measured under other terms says nothing about these.
_TERMS = frozenset(
    {"service", "kind", "source", "target_percent", "threshold_ms", "window_days", "enabled"}
)


def create_slo(fields: Mapping[str, Any], *, by: str) -> Slo:
    """Create an objective from its column values. Raises InvalidInputError naming the fields that are wrong."""
    slo = Slo(**fields)
    check_slo(slo)
    _store(slo, is_new=True)
    logger.info("SLO created", extra={"slo": slo.name, "by": by})
    return slo


def update_slo(slo_id: UUID, changes: Mapping[str, Any], *, by: str) -> Slo:
    """Change the columns that `changes` names; under new terms its state is measured anew.

    Raises SloNotFoundError, or InvalidInputError as create_slo does.
    """
    with transaction.atomic():
        slo = _hold(slo_id)
        for name, value in changes.items():
            setattr(slo, name, value)
        check_slo(slo)
        _store(slo)
        if _TERMS & set(changes):
            forget_state(slo)
    facts = {"slo": slo.name, "by": by, "fields": sorted(changes)}
    logger.info("SLO changed", extra=facts)
    return slo


def delete_slo(slo_id: UUID, *, by: str) -> None:
    """Delete an objective and its state; its samples stay as long as all do. Raises SloNotFoundError."""
    with transaction.atomic():
        slo = _hold(slo_id)
        slo.delete()
    logger.info("SLO deleted", extra={"slo": slo.name, "by": by})


def check_slo(slo: Slo) -> None:
    """Raise InvalidInputError naming the fields that cannot be kept."""
    check_threshold(slo.kind, slo.threshold_ms)
    try:
        slo.full_clean()
    except ValidationError as error:
        raise InvalidInputError("Invalid SLO", details=error.message_dict) from error


def check_threshold(kind: str, threshold_ms: int | None) -> None:
    """Raise InvalidInputError unless an objective of latency has a threshold, and no other has one."""
    if (kind == Slo.Kind.LATENCY) != (threshold_ms is not None):
        message = "an objective of latency needs a threshold, one of availability has none"
        raise InvalidInputError("Invalid SLO", details={"threshold_ms": [message]})


def forget_state(slo: Slo) -> None:
    """Forget where the objective stood: the next evaluation says it anew."""
    SloState.objects.filter(slo=slo).delete()


def _store(slo: Slo, *, is_new: bool = False) -> None:
    """Write the row; somebody else may have taken its name since it was checked."""
    try:
        with transaction.atomic():
            slo.save(force_insert=is_new)
    except IntegrityError as error:
        message = "SLO with this Name already exists."
        raise InvalidInputError("Invalid SLO", details={"name": [message]}) from error


def _hold(slo_id: UUID) -> Slo:
    slo = Slo.objects.select_for_update().filter(pk=slo_id).first()
    if slo is None:
        raise SloNotFoundError(f"no SLO {slo_id}")
    return slo
