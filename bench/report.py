"""What a run found: a table for people and a line of JSON for the history."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

HISTORY = Path(".bench/history.jsonl")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ratio` is ours by the peer's; `goal` says what it should be, `met` whether it is."""

    goal_id: str
    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    goal: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return ours by theirs, None without a peer."""
        return self.ours / self.theirs if self.theirs else None


@dataclass(slots=True)
class Report:
    """The rows of one run, printed as they come."""

    console: Console = field(default_factory=Console)
    rows: list[Row] = field(default_factory=list)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, row: Row) -> None:
        """Keep a figure and show it."""
        self.rows.append(row)
        self.console.print(f"  [bold]{row.goal_id:<4}[/] {row.what}: {_figures(row)}")

    @contextmanager
    def progress(self, text: str, total: float | None = None) -> Iterator["Step"]:
        """Show a bar while the block runs."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %" if total else ""),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(text, total=total)
            yield Step(bar, task)

    def print_table(self) -> None:
        """Show all figures side by side."""
        table = Table(title=f"{self.started:%Y-%m-%d %H:%M} UTC, {machine()}")
        for name in ("", "what", "ours", "peer", "theirs", "ratio", "goal", "met"):
            table.add_column(
                name, justify="right" if name in {"ours", "theirs", "ratio"} else "left"
            )
        for row in self.rows:
            table.add_row(*_cells(row))
        self.console.print(table)

    def save(self, options: dict[str, object]) -> Path:
        """Append the run to the history; return the file."""
        HISTORY.parent.mkdir(exist_ok=True)
        record = {
            "started": self.started.isoformat(),
            "machine": machine(),
            "load": os.getloadavg(),
            "options": options,
            "rows": [{**asdict(row), "ratio": row.ratio} for row in self.rows],
        }
        with HISTORY.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        return HISTORY


@dataclass(frozen=True, slots=True)
class Step:
    """One bar; `advance` moves it."""

    _bar: Progress
    _task: int

    def advance(self, by: float = 1) -> None:
        """Move the bar."""
        self._bar.advance(self._task, by)  # type: ignore[arg-type]  # a task id is an int


def machine() -> str:
    """Return what the figures were taken on; the load says how busy it was before."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}"


def number(value: float) -> str:
    """Return a figure with three digits that mean something."""
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _figures(row: Row) -> str:
    text = f"{number(row.ours)} {row.unit}"
    if row.theirs is not None and row.ratio is not None:
        text += f" ({row.peer} {number(row.theirs)}; ratio {row.ratio:.2f})"
    if row.met is not None:
        text += " [green]met[/]" if row.met else f" [red]not met: {row.goal}[/]"
    return f"{text} [dim]{row.note}[/]" if row.note else text


def _cells(row: Row) -> tuple[str, ...]:
    theirs = "" if row.theirs is None else number(row.theirs)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    met = "" if row.met is None else ("yes" if row.met else "[red]no[/]")
    return (
        row.goal_id,
        row.what,
        f"{number(row.ours)} {row.unit}",
        row.peer,
        theirs,
        ratio,
        row.goal,
        met,
    )
