"""An outage of PostgreSQL as the watchdog sees it: when to tell, whom again, and when it is over. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Address:
    """One recipient on one channel."""

    channel: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one address: tries that failed, when to try again, and whether it was reached."""

    tries: int = 0
    next_try: datetime | None = None
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which PostgreSQL does not answer."""

    id: UUID
    since: datetime
    reason: str
    told: Mapping[Address, Told] = field(default_factory=dict)

    @classmethod
    def beginning(cls, *, at: datetime, reason: str) -> Self:
        """Return a new outage that nobody knows of yet."""
        return cls(uuid4(), at, reason)

    def to_tell(
        self, addresses: Iterable[Address], *, at: datetime, patience: timedelta
    ) -> list[Address]:
        """Return who is to be told now: nobody before `patience` is over, nobody twice, the unreached again later.

        A restart of PostgreSQL takes seconds, and who is woken for one trusts nothing any more.
        """
        if at - self.since < patience:
            return []
        return [each for each in dict.fromkeys(addresses) if self._is_due(each, at)]

    def reached(self) -> list[Address]:
        """Return who was told, and so has to hear of the end."""
        return [address for address, told in self.told.items() if told.reached]

    def after_try(self, address: Address, *, reached: bool, at: datetime) -> "Outage":
        """Return the outage with the result of one try: the waits double up to LONGEST_RETRY."""
        tries = self.told.get(address, Told()).tries + 1
        wait = min(FIRST_RETRY * 2 ** min(tries - 1, 10), LONGEST_RETRY)
        told = Told(tries, None if reached else at + wait, reached)
        return replace(self, told={**self.told, address: told})

    def _is_due(self, address: Address, at: datetime) -> bool:
        told = self.told.get(address, Told())
        return not told.reached and (told.next_try is None or told.next_try <= at)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, to be read back by `of_json`."""
        return {
            "id": str(self.id),
            "since": self.since.isoformat(),
            "reason": self.reason,
            "told": [
                {
                    "channel": address.channel,
                    "recipient": address.recipient,
                    "tries": told.tries,
                    "next_try": told.next_try.isoformat() if told.next_try else None,
                    "reached": told.reached,
                }
                for address, told in self.told.items()
            ],
        }

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> Self:
        """Read it back. Raises KeyError, TypeError or ValueError for what was never written by us."""
        told = {
            Address(each["channel"], each["recipient"]): Told(
                int(each["tries"]),
                datetime.fromisoformat(each["next_try"]) if each["next_try"] else None,
                bool(each["reached"]),
            )
            for each in document["told"]
        }
        since = datetime.fromisoformat(document["since"])
        return cls(UUID(document["id"]), since, str(document["reason"]), told)
