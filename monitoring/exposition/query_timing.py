"""Times every database query of this process into `db_query_duration_ms`."""

import re
import time
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from monitoring.exposition.instruments import is_flushing, observe

OTHER = "other"
_VERB = re.compile(r"\s*(select|insert|update|delete)\b", re.IGNORECASE)
_TABLE = re.compile(r'\b(?:from|into|update)\s+(?:only\s+)?"?(\w+)', re.IGNORECASE)


def install() -> None:
    """Time the queries of the connections of this thread and of every connection made from now on."""
    connection_created.connect(_attach, dispatch_uid="monitoring.query_timing")
    for connection in connections.all(initialized_only=True):
        _attach(connection=connection)


@lru_cache(maxsize=2_000)
def labels_of(sql: str) -> dict[str, str]:
    """Return the labels `operation` and `table` of a statement.

    The table is the first one that the statement names and that a model owns: anything else is
    "other", so that no statement can make up a series.
    """
    verb = _VERB.match(sql)
    if verb is None:
        return {"operation": OTHER, "table": OTHER}
    table = _TABLE.search(sql)
    known = table is not None and table[1] in _model_tables()
    return {"operation": verb[1].lower(), "table": table[1] if table and known else OTHER}


def time_query(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]
) -> Any:
    """Run a query and observe how long it took, whether it succeeded or not."""
    if is_flushing():
        return execute(sql, params, many, context)
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took_ms = (time.perf_counter() - began) * 1_000
        observe("db_query_duration_ms", labels_of(sql if isinstance(sql, str) else ""), took_ms)


def _attach(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if time_query not in connection.execute_wrappers:
        # In front: whoever wraps a block of code takes the last wrapper off again.
        connection.execute_wrappers.insert(0, time_query)


@cache
def _model_tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))  # noqa: SLF001 - Django's own documented door
