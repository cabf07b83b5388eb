"""Time runs forward, processes restart: every alert fires and resolves on exactly the evidence that was seen."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.evaluation.reading import NoData, Observation, Reading, Signal, read
from alerts.evaluation.state import Action, OpenAlert, Phase
from alerts.evaluation.watch import RESTART_AFTER, resume, tolerance
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON
from tests.alerts.track import Track

NOTHING = timedelta()
WAITS = st.sampled_from([NOTHING, timedelta(seconds=59), MINUTE, 3 * MINUTE, 7 * MINUTE])
STEPS = st.one_of(
    st.just(MINUTE),
    st.sampled_from([timedelta(seconds=1), 5 * MINUTE, timedelta(seconds=301), RESTART_AFTER]),
    st.integers(61, 200).map(lambda minutes: timedelta(minutes=minutes)),
)


class AlertOnEvidence(RuleBasedStateMachine):
    """Adds up by itself how long a breach was seen to last, and to be over, and compares the decisions with that."""

    def __init__(self) -> None:
        super().__init__()
        self.track = Track()
        self.at: datetime = NOON
        self.newest: Observation | None = None
        self.breached = NOTHING  # evidence of the present breach
        self.over: timedelta | None = None  # evidence that the breach of what fires is over

    @initialize(
        hold=WAITS,
        keep=WAITS,
        recovery=st.sampled_from([None, 70.0]),
        no_data=st.sampled_from(NoData),
        firings=st.sampled_from([0, 1, 2]),
    )
    def agree_on_terms(
        self,
        hold: timedelta,
        keep: timedelta,
        recovery: float | None,
        no_data: NoData,
        firings: int,
    ) -> None:
        terms = replace(ABOVE_80, hold=hold, keep_firing_for=keep, no_data=no_data)
        terms = replace(
            terms, recovery_threshold=recovery, flap_quiet=5 * MINUTE, snooze=MINUTE * 9
        )
        self.track = Track(terms, flap_firings=firings)

    @rule(value=st.sampled_from([60.0, 75.0, 85.0, float("nan")]), step=STEPS)
    def report_and_evaluate(self, value: float, step: timedelta) -> None:
        self.newest = Observation(value, self.at + step)
        self.evaluate(step)

    @rule(step=STEPS)
    def evaluate(self, step: timedelta) -> None:
        before, previous = self.track.alert, self.track.previous
        self.at += step
        watch = resume(self.track.since, previous, at=self.at, interval=self.track.rule.interval)
        reading = read(self.newest, self.track.rule, watch, self.at)
        action = self.track.evaluate(self.newest, self.at).action
        phase = before.phase if before is not None else None
        if before is None:
            self._begun(action, reading)
        elif phase is Phase.PENDING:
            self._waited(action, reading, previous)
        elif phase is Phase.FIRING:
            self._fired(action, reading, previous, before)
        else:
            self._snoozed(action, reading, before)

    @rule()
    def restart_the_process(self) -> None:
        self.track = self.track.restarted()

    @rule()
    def resolve_by_hand(self) -> None:
        self.track.resolve_by_hand(self.at)

    @invariant()
    def only_what_fires_is_kept_firing(self) -> None:
        alert = self.track.alert
        if alert is not None and alert.phase is not Phase.FIRING:
            assert alert.over_since is None

    def teardown(self) -> None:
        """Whatever happened, an alert whose series is quiet for long enough ends, a flapping one too."""
        quiet = max(self.track.rule.keep_firing_for, self.track.rule.flap_quiet)
        for _ in range(quiet // MINUTE + 2):
            self.report_and_evaluate(60.0, MINUTE)
        assert self.track.alert is None

    def _begun(self, action: Action, reading: Reading) -> None:
        self.breached, self.over = NOTHING, None
        if reading.signal is not Signal.BREACH:
            assert action is Action.NOTHING
        else:
            assert action is (Action.START if self.track.rule.hold else Action.FIRE)

    def _waited(self, action: Action, reading: Reading, previous: datetime | None) -> None:
        self.breached = self._grown(self.breached, reading, previous)
        lasted = reading.signal is Signal.BREACH and self.breached >= self.track.rule.hold
        assert (action is Action.FIRE) == lasted
        if reading.signal in (Signal.OVER, Signal.BETWEEN):
            assert action is Action.FORGET
        if action is Action.FORGET:
            assert reading.signal is not Signal.BREACH

    def _fired(
        self, action: Action, reading: Reading, previous: datetime | None, before: OpenAlert
    ) -> None:
        rule = self.track.rule
        quiet = rule.keep_firing_for
        if before.flapping:
            quiet = max(quiet, rule.flap_quiet)
        self.over = self._grown_over(reading, previous, before)
        resolved = reading.signal is Signal.OVER and self.over is not None and self.over >= quiet
        assert action is (Action.RESOLVE if resolved else Action.KEEP)

    def _snoozed(self, action: Action, reading: Reading, before: OpenAlert) -> None:
        """Nothing fires out of a snooze: it ends first, by recovery, by its lapse, or because the series is gone."""
        assert before.resolved_at is not None
        lapsed = self.at - before.resolved_at >= self.track.rule.snooze
        if reading.signal is Signal.OVER or lapsed:
            assert action is Action.END_SNOOZE
        elif action is Action.END_SNOOZE:
            assert reading.signal is Signal.UNKNOWN
        else:
            assert action is Action.KEEP

    def _grown_over(
        self, reading: Reading, previous: datetime | None, before: OpenAlert
    ) -> timedelta | None:
        if reading.signal in (Signal.BREACH, Signal.BETWEEN):
            return None
        if self.over is None:
            return NOTHING if reading.signal is Signal.OVER else None
        silent_since = before.no_data_since or reading.silent_since
        is_silent = reading.signal is Signal.UNKNOWN and silent_since is not None
        if is_silent and self.at - (silent_since or self.at) > RESTART_AFTER:
            return None
        return self._grown(self.over, reading, previous)

    def _grown(self, seen: timedelta, reading: Reading, previous: datetime | None) -> timedelta:
        """Time counts if it was seen: no silence, no gap. After an hour without a look all begins anew."""
        assert previous is not None
        gap = self.at - previous
        if gap > RESTART_AFTER:
            return NOTHING
        unseen = reading.signal is Signal.UNKNOWN or gap > tolerance(self.track.rule.interval)
        return seen if unseen else seen + gap


AlertOnEvidence.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
TestAlertOnEvidence = AlertOnEvidence.TestCase
