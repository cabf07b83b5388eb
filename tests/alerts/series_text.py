"""A small language for tests of rules: series written as text, stepped through time, states as letters.

`load("cpu{host=a}", "50 85x5 _x2 40", step=60)` is a series that reports 50, five times 85, misses two reports
and then reports 40, a minute apart. `play` evaluates it once a step and writes down where it stands after each:

    .  nothing      p  pending      F  firing      R  resolved in this step      z  snoozed by a person
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from alerts.evaluation.reading import NoData, Observation, RuleTerms, read
from alerts.evaluation.state import Action, Decision, OpenAlert, Phase, next_state
from alerts.evaluation.watch import Watch, resume

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ABOVE_80 = RuleTerms(
    condition=">",
    threshold=80.0,
    hold=timedelta(),
    no_data=NoData.KEEP,
    interval=MINUTE,
    stale_after=timedelta(minutes=5),
    snooze=timedelta(hours=24),
)
_SERIES = re.compile(r"(?P<metric>\w+)(\{(?P<labels>[^}]*)\})?")
_LETTERS = {Phase.PENDING: "p", Phase.FIRING: "F", Phase.SNOOZED: "z"}


@dataclass(frozen=True)
class TextSeries:
    """A series as written: one value or None (nothing reported) for each step of `step` seconds."""

    metric: str
    labels: dict[str, str]
    values: list[float | None]
    step: timedelta

    def newest(self, index: int) -> Observation | None:
        """Return what the store holds at step `index`: the last value that was reported up to then."""
        for reported in range(min(index, len(self.values) - 1), -1, -1):
            value = self.values[reported]
            if value is not None:
                return Observation(value, NOON + reported * self.step)
        return None


def load(series: str, text: str, *, step: float = 60) -> TextSeries:
    """Read a series such as `cpu{host=a}` and its values such as `50 85x5 _x2 40`."""
    match = _SERIES.fullmatch(series)
    if match is None:
        raise ValueError(f"not a series: {series}")
    pairs = [pair.split("=", 1) for pair in (match["labels"] or "").split(",") if pair]
    return TextSeries(
        match["metric"],
        {name.strip(): value.strip() for name, value in pairs},
        [None if word == "_" else float(word) for word in expand(text)],
        timedelta(seconds=step),
    )


def expand(text: str) -> list[str]:
    """Return the words of a text with each `<word>x<n>` written out n times."""
    words: list[str] = []
    for token in text.split():
        word, _, times = token.partition("x")
        words += [word] * int(times or 1)
    return words


def picture(text: str) -> str:
    """Return states as `play` writes them, from a text such as `px3 F R`."""
    return "".join(expand(text))


@dataclass
class Track:
    """One series under one rule, with the memory that the service would keep in its rows."""

    rule: RuleTerms = ABOVE_80
    alert: OpenAlert | None = None
    since: datetime | None = None
    previous: datetime | None = None
    fired: list[datetime] = field(default_factory=list)

    def evaluate(self, observation: Observation | None, at: datetime) -> Decision:
        """Take one step, remember what it decides and return it."""
        watch = resume(self.since, self.previous, at=at, interval=self.rule.interval)
        decision = next_state(
            self.alert, read(observation, self.rule, watch, at), self.rule, watch, at
        )
        self._remember(decision, watch, at)
        return decision

    def resolve_by_hand(self, at: datetime) -> None:
        """A person resolves the alert, as far as known while it is still breached."""
        if self.alert is not None and self.alert.phase is not Phase.SNOOZED:
            self.alert = replace(self.alert, phase=Phase.SNOOZED, resolved_at=at)

    @property
    def letter(self) -> str:
        return _LETTERS[self.alert.phase] if self.alert else "."

    def _remember(self, decision: Decision, watch: Watch, at: datetime) -> None:
        self.since, self.previous = watch.since, at
        held_from = decision.held_from or at
        match decision.action:
            case Action.START:
                self.alert = OpenAlert(Phase.PENDING, held_from, decision.no_data_since)
            case Action.FIRE:
                self.alert = OpenAlert(Phase.FIRING, held_from, decision.no_data_since)
                self.fired.append(at)
            case Action.KEEP if self.alert is not None:
                self.alert = replace(
                    self.alert, held_from=held_from, no_data_since=decision.no_data_since
                )
            case Action.FORGET | Action.RESOLVE | Action.END_SNOOZE:
                self.alert = None


def play(
    series: TextSeries,
    rule: RuleTerms = ABOVE_80,
    *,
    missed: Collection[int] = (),
    resolved_after: int | None = None,
) -> str:
    """Evaluate the series at each of its steps and return the letters; a missed step is written as `_`.

    `resolved_after` is the step after which a person resolves the alert by hand.
    """
    track = Track(rule)
    letters = ""
    for index in range(len(series.values)):
        at = NOON + index * series.step
        if index in missed:
            letters += "_"
            continue
        decision = track.evaluate(series.newest(index), at)
        letters += "R" if decision.action is Action.RESOLVE else track.letter
        if index == resolved_after:
            track.resolve_by_hand(at)
    return letters
