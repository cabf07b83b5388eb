"""One series under one rule, stepped through time. `play` writes down where it stands after each step:

.  nothing      p  pending      F  firing      k  kept firing though the breach is over      R  resolved in this step
z  snoozed by a person      _  no evaluation took place
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from alerts.evaluation.flapping import is_flapping
from alerts.evaluation.reading import Observation, RuleTerms, read
from alerts.evaluation.state import Action, Decision, OpenAlert, Phase, next_state
from alerts.evaluation.watch import Watch, resume
from tests.alerts.series_text import ABOVE_80, NOON, TextSeries

_LETTERS = {Phase.PENDING: "p", Phase.FIRING: "F", Phase.SNOOZED: "z"}


@dataclass
class Track:
    """One series under one rule, with the memory that the service would keep in its rows."""

    rule: RuleTerms = ABOVE_80
    alert: OpenAlert | None = None
    since: datetime | None = None
    previous: datetime | None = None
    fired: list[datetime] = field(default_factory=list)
    flap_firings: int = 0
    flap_window: timedelta = timedelta(hours=1)

    def evaluate(self, observation: Observation | None, at: datetime) -> Decision:
        """Take one step, remember what it decides and return it."""
        watch = resume(self.since, self.previous, at=at, interval=self.rule.interval)
        reading = read(observation, self.rule, watch, at)
        decision = next_state(self.alert, reading, self.rule, watch, at)
        self._remember(decision, watch, at)
        return decision

    def resolve_by_hand(self, at: datetime) -> None:
        """A person resolves the alert, as far as known while it is still breached."""
        if self.alert is not None and self.alert.phase is not Phase.SNOOZED:
            self.alert = replace(self.alert, phase=Phase.SNOOZED, resolved_at=at, over_since=None)

    def restarted(self) -> "Track":
        """Return what a new process knows: the rule, and what can be written into rows."""
        text = json.dumps(
            {
                "alert": self.alert and asdict(self.alert),
                "since": self.since,
                "previous": self.previous,
                "fired": self.fired,
            },
            default=datetime.isoformat,
        )
        kept = json.loads(text)
        return Track(
            self.rule,
            _alert_from(kept["alert"]),
            _instant(kept["since"]),
            _instant(kept["previous"]),
            [datetime.fromisoformat(each) for each in kept["fired"]],
            self.flap_firings,
            self.flap_window,
        )

    @property
    def letter(self) -> str:
        if self.alert is None:
            return "."
        return "k" if self.alert.over_since else _LETTERS[self.alert.phase]

    def _remember(self, decision: Decision, watch: Watch, at: datetime) -> None:
        self.since, self.previous = watch.since, at
        held_from = decision.held_from or at
        match decision.action:
            case Action.START:
                self.alert = OpenAlert(Phase.PENDING, held_from, decision.no_data_since)
            case Action.FIRE:
                self._fire(held_from, decision, at)
            case Action.KEEP if self.alert is not None:
                self.alert = replace(
                    self.alert,
                    held_from=held_from,
                    no_data_since=decision.no_data_since,
                    over_since=decision.over_since,
                )
            case Action.FORGET | Action.RESOLVE | Action.END_SNOOZE:
                self.alert = None

    def _fire(self, held_from: datetime, decision: Decision, at: datetime) -> None:
        flapping = is_flapping(self.fired, at, firings=self.flap_firings, window=self.flap_window)
        self.alert = OpenAlert(Phase.FIRING, held_from, decision.no_data_since, flapping=flapping)
        self.fired.append(at)


def play(
    series: TextSeries,
    rule: RuleTerms = ABOVE_80,
    *,
    missed: Collection[int] = (),
    resolved_after: int | None = None,
    restarted_after: Collection[int] = (),
    flap_firings: int = 0,
) -> str:
    """Evaluate the series at each of its steps and return the letters; a missed step is written as `_`.

    `resolved_after` is the step after which a person resolves the alert by hand, `restarted_after` are those after
    which the process is replaced by a new one, which knows what was written down.
    """
    track = Track(rule, flap_firings=flap_firings)
    letters = ""
    for index in range(len(series.reports)):
        at = NOON + index * series.step
        if index in missed:
            letters += "_"
            continue
        decision = track.evaluate(series.observe(index), at)
        letters += "R" if decision.action is Action.RESOLVE else track.letter
        if index == resolved_after:
            track.resolve_by_hand(at)
        if index in restarted_after:
            track = track.restarted()
    return letters


def _alert_from(kept: dict[str, Any] | None) -> OpenAlert | None:
    if kept is None:
        return None
    return OpenAlert(
        phase=Phase(kept["phase"]),
        held_from=datetime.fromisoformat(kept["held_from"]),
        no_data_since=_instant(kept["no_data_since"]),
        resolved_at=_instant(kept["resolved_at"]),
        over_since=_instant(kept["over_since"]),
        flapping=kept["flapping"],
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
