"""What the run proved: the ledger against what arrived. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the ledger; `waited_seconds` from the transition that owes it to its first try."""

    key: str
    status: str
    in_doubt: bool
    waited_seconds: float | None
    took_seconds: float | None
    """To its receipt; None if it has none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures of a run; all times are in seconds."""

    rows: int
    statuses: Mapping[str, int]
    arrived: int
    lost: int
    """Rows that the ledger calls sent and that never arrived, rows that are not final, transitions without rows."""
    duplicates: int
    labelled_duplicates: int
    """Of those, the ones whose row says that it was in doubt."""
    unknown: int
    """Keys that arrived and are not in the ledger."""
    first_try_p50: float
    first_try_p99: float
    first_try_worst: float
    receipt_worst: float

    @property
    def duplicate_share(self) -> float:
        """Duplicates for each message that arrived."""
        return self.duplicates / self.arrived if self.arrived else 0.0


def judge(rows: Iterable[Row], received: Sequence[str], *, unaccounted: int) -> Verdict:
    """Compare the ledger with the keys that the receiver took; `unaccounted` transitions owe no row."""
    ledger = {row.key: row for row in rows}
    times = Counter(received)
    sent = [row for row in ledger.values() if row.status == "sent"]
    open_rows = sum(row.status in {"pending", "leased", "held"} for row in ledger.values())
    missing = sum(row.key not in times for row in sent)
    repeated = {key: number - 1 for key, number in times.items() if number > 1}
    waits = sorted(row.waited_seconds for row in ledger.values() if row.waited_seconds is not None)
    receipts = [row.took_seconds for row in sent if row.took_seconds is not None]
    return Verdict(
        rows=len(ledger),
        statuses=dict(Counter(row.status for row in ledger.values())),
        arrived=len(times),
        lost=missing + open_rows + unaccounted,
        duplicates=sum(repeated.values()),
        labelled_duplicates=sum(
            number for key, number in repeated.items() if key in ledger and ledger[key].in_doubt
        ),
        unknown=sum(key not in ledger for key in times),
        first_try_p50=quantile(waits, 0.5),
        first_try_p99=quantile(waits, 0.99),
        first_try_worst=waits[-1] if waits else 0.0,
        receipt_worst=max(receipts, default=0.0),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the ordered values lie; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
