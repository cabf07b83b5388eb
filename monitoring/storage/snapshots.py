"""What a transaction sees, as PostgreSQL's snapshots tell it, and so what is new to the next one. Pure.

Commits do not happen in the order of ids or clocks: a writer that began first may commit last. Whoever
reads "what is newer than what I have seen" by such an order misses it. A snapshot names exactly the
transactions that it does not see, so nothing is missed and nothing has to be read twice.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The transactions that one does not see: those from `end` on, and those `in_progress` before it."""

    end: int
    in_progress: frozenset[int]

    @classmethod
    def parse(cls, text: str, own: int | None = None) -> "Snapshot":
        """Return the snapshot that `pg_current_snapshot()` wrote: `xmin:xmax:in,progress`.

        `own` is the transaction that asked, if it has a number: it sees itself, but others cannot yet.
        """
        _, end, running = text.split(":")
        in_progress = {int(number) for number in running.split(",") if number}
        if own is not None and own < int(end):
            in_progress.add(own)
        return cls(int(end), frozenset(in_progress))

    def sees(self, transaction: int) -> bool:
        """Tell whether what the transaction wrote is visible, provided that it was committed."""
        return transaction < self.end and transaction not in self.in_progress

    def missed(self, newest: int, now: "Snapshot") -> bool:
        """Tell whether a transaction up to `newest` may have ended that `now` sees and this one did not."""
        if newest >= self.end:
            return True
        return any(number <= newest and now.sees(number) for number in self.in_progress)


NOTHING_SEEN = Snapshot(0, frozenset())
