"""What goes wrong with one rule ends with that rule."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import DataError, IntegrityError

from alerts.models import AlertRule
from monitoring.exposition.instruments import count

logger = logging.getLogger(__name__)

T = TypeVar("T")

# What an odd row or odd data raise. A database that is away, or time that is up, must end the whole evaluation.
ODD_DATA = (
    ArithmeticError,
    AttributeError,
    DataError,
    IntegrityError,
    LookupError,
    TypeError,
    ValueError,
)


def isolated(rule: AlertRule, work: Callable[[], T]) -> T | None:
    """Do the work of one rule; None if its row or data make that impossible, which is logged and counted."""
    try:
        return work()
    except ODD_DATA:
        logger.exception("rule not evaluated", extra={"rule": rule.rule_name})
        count("alert_rule_evaluation_failures_total", {"rule_name": rule.rule_name})
        return None
