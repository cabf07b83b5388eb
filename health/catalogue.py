"""Names of watched services: the short one of the routes and the one that a service gives itself mean the same."""

from collections.abc import Mapping

from monitoring.errors import NotFoundError

SUFFIX = "-service"


class ServiceNotWatchedError(NotFoundError):
    """The name is neither a short nor a full name of a watched service."""


def short_name_of(name: str, full_names: Mapping[str, str]) -> str:
    """Return the short name for either spelling, given short name -> full name.

    Raises ServiceNotWatchedError, which lists the names there are.
    """
    wanted = name.strip().lower()
    for short, full in full_names.items():
        if wanted in {short, full, f"{short}{SUFFIX}"}:
            return short
    known = ", ".join(sorted(full_names)) or "none yet"
    raise ServiceNotWatchedError(
        f"no service {name!r} is watched", details={"service": name, "known": known}
    )
