"""Whatever happens to a series, in whatever order: what must hold after every step."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.evaluation.reading import NoData, Observation, Signal, read
from alerts.evaluation.state import Action, Phase
from alerts.evaluation.watch import resume, tolerance
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON
from tests.alerts.track import Track

SECONDS = st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds))
STEPS = st.one_of(
    st.just(MINUTE),
    SECONDS,
    st.integers(5, 600).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(-120, 0).map(lambda minutes: timedelta(minutes=minutes)),
)


class SeriesUnderARule(RuleBasedStateMachine):
    """Drives one series through values, silence, gaps, clocks set back and people, beside a plain ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.track = Track()
        self.at = NOON
        self.newest: Observation | None = None
        self.begun: datetime | None = (
            None  # first breach of the present alert, by the clock that goes back
        )
        self.undisturbed = False  # nothing but breaches in tolerated steps since then

    @initialize(
        hold=SECONDS,
        no_data=st.sampled_from(NoData),
        snooze=st.sampled_from([5 * MINUTE, timedelta(hours=24)]),
        keep=st.one_of(st.just(timedelta()), SECONDS),
    )
    def agree_on_terms(
        self, hold: timedelta, no_data: NoData, snooze: timedelta, keep: timedelta
    ) -> None:
        terms = replace(ABOVE_80, hold=hold, no_data=no_data, snooze=snooze, keep_firing_for=keep)
        self.track = Track(terms)

    @rule(value=st.sampled_from([50.0, 80.0, 85.0, 95.0]), step=STEPS)
    def report_and_evaluate(self, value: float, step: timedelta) -> None:
        self.newest = Observation(value, self.at + step)
        self.evaluate(step)

    @rule(step=STEPS)
    def evaluate(self, step: timedelta) -> None:
        track, previous = self.track, self.track.previous
        before = track.alert
        self.at += step
        watch = resume(track.since, previous, at=self.at, interval=track.rule.interval)
        signal = read(self.newest, track.rule, watch, self.at).signal
        action = track.evaluate(self.newest, self.at).action

        if previous is not None and self.at <= previous:
            self._nothing_happened(action, before)
        else:
            self._followed(action, signal, before)
        self._remember(action, signal, previous)

    @rule()
    def resolve_by_hand(self) -> None:
        self.track.resolve_by_hand(self.at)
        self.begun = None

    @invariant()
    def a_wait_never_counts_from_the_future(self) -> None:
        if self.track.alert is not None:
            assert self.track.alert.held_from <= self.at
            assert (self.track.alert.over_since or self.at) <= self.at

    @invariant()
    def only_what_is_firing_was_fired(self) -> None:
        if self.track.alert is not None and self.track.alert.phase is Phase.FIRING:
            assert self.track.fired

    def _nothing_happened(self, action: Action, before: Any) -> None:
        """A repeat, or a clock that was set back."""
        assert action in {Action.NOTHING, Action.KEEP}
        after = self.track.alert
        if before is not None:
            over_since = before.over_since and min(before.over_since, self.at)
            held_from = min(before.held_from, self.at)
            assert after == replace(before, held_from=held_from, over_since=over_since)
        else:
            assert after is None

    def _followed(self, action: Action, signal: Signal, before: Any) -> None:
        phase = before.phase if before is not None else None
        allowed = {
            None: {Action.NOTHING, Action.START, Action.FIRE},
            Phase.PENDING: {Action.KEEP, Action.FIRE, Action.FORGET},
            Phase.FIRING: {Action.KEEP, Action.RESOLVE},
            Phase.SNOOZED: {Action.KEEP, Action.END_SNOOZE},
        }
        assert action in allowed[phase]
        if action in {Action.START, Action.FIRE}:
            assert signal is Signal.BREACH
        if action is Action.RESOLVE:
            assert signal is Signal.OVER
        after = self.track.alert
        if signal is Signal.OVER and after is not None:
            assert after.over_since is not None
            assert self.at - after.over_since < self.track.rule.keep_firing_for
        if action is Action.FIRE and self.track.rule.hold:
            assert self.begun is not None
            assert self.at - self.begun >= self.track.rule.hold

    def _remember(self, action: Action, signal: Signal, previous: datetime | None) -> None:
        """Keep the ledger: since when the breach lasts, and whether anything came between."""
        if action is Action.START:
            self.begun, self.undisturbed = self.at, True
            return
        if self.begun is None or previous is None:
            return
        gap = self.at - previous
        self.begun = min(self.begun, self.at)
        calm = timedelta() <= gap <= tolerance(self.track.rule.interval)
        self.undisturbed &= calm and signal is Signal.BREACH
        lasted = self.at - self.begun >= self.track.rule.hold
        if self.undisturbed and lasted and gap:
            assert self.track.alert is not None
            assert self.track.alert.phase is Phase.FIRING
        if action is Action.FORGET:
            self.begun = None


SeriesUnderARule.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
TestSeriesUnderARule = SeriesUnderARule.TestCase
