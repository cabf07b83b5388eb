"""A connection that one long-lived thread keeps for itself, beside the pool that requests share."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

# A host that vanished without a word is noticed within some seconds, and not after the system's quarter of an hour.
_NOTICE_SILENCE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}


def use_own_connection() -> None:
    """Let this thread's queries run on a connection outside the pool: it waits for no request, and none for it."""
    held = connection.settings_dict
    options: dict[str, Any] = {**held["OPTIONS"], **_NOTICE_SILENCE}
    options.pop("pool", None)
    own = {**held, "OPTIONS": options, "CONN_MAX_AGE": None}
    connections[DEFAULT_DB_ALIAS] = type(connections[DEFAULT_DB_ALIAS])(own, DEFAULT_DB_ALIAS)
