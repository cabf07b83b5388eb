"""The channels there are: each module of this package that has a `CHANNEL` offers one."""

from importlib import import_module
from pkgutil import iter_modules

from alerts import channels
from alerts.channels.base import Channel


def _offered() -> dict[str, Channel]:
    modules = [
        import_module(f"{channels.__name__}.{module.name}")
        for module in iter_modules(channels.__path__)
        if module.name != "registry"
    ]
    found: list[Channel] = [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
    return {channel.name: channel for channel in found}


CHANNELS: dict[str, Channel] = _offered()
# They end at a machine that wakes nobody: neither may stand in for a channel that failed.
NOBODY = frozenset({"stream", "canary"})


def configured() -> list[str]:
    """Return the names of the channels that can send, in alphabetical order."""
    return sorted(name for name in CHANNELS if not why_unusable(name))


def for_people() -> list[str]:
    """Return the names of the channels that can send and that end at a person, or at what wakes one."""
    return [name for name in configured() if name not in NOBODY]


def why_unusable(name: str) -> str:
    """Return why a channel cannot send, naming what to set; empty if it can."""
    channel = CHANNELS.get(name)
    if channel is None:
        return f"there is no channel {name!r}"
    missing = channel.missing()
    return f"not configured: {', '.join(missing)} not set" if missing else ""
