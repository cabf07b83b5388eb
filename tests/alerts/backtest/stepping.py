"""The live functions, one evaluation after the other, without any array over time: what a replay must equal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from alerts.backtest.episodes import Episode
from alerts.backtest.spec import Clock, RuleSpec
from alerts.evaluation.combining import combine, newest_of, samples_of, without_stale
from alerts.evaluation.fingerprint import OF_NOTHING
from alerts.evaluation.grouping import Subject, projection, subject_alone, subject_of
from alerts.evaluation.observing import absence, observe
from alerts.evaluation.overrides import threshold_for
from alerts.evaluation.reading import Observation, Reading, RuleTerms, Signal, read
from alerts.evaluation.state import Action, Phase, next_state
from alerts.evaluation.watch import Watch
from alerts.evaluation.windows import Aggregated, Samples, aggregate, week_change
from monitoring.storage.instants import from_ms
from monitoring.types import SeriesRef
from tests.alerts.series_text import in_ms
from tests.alerts.track import Track

WEEK_MS = 7 * 86_400_000
Known = tuple[Subject, float, int, int | None]  # value, newest instant in ms, samples


@dataclass
class Story:
    """One subject on its way, and its alerts so far."""

    subject: Subject
    track: Track
    begun: datetime | None = None
    breaches: list[float] = field(default_factory=list)
    value_at_fire: float | None = None
    episodes: list[Episode] = field(default_factory=list)


def step_by_step(
    spec: RuleSpec, refs: Sequence[SeriesRef], samples: Samples, clock: Clock
) -> list[Episode]:
    """Return what a replay returns, the slow way."""
    stories: dict[str, Story] = {}
    for at, watch in zip(clock.instants, clock.watches, strict=True):
        known = {each[0].fingerprint: each for each in _known(spec, refs, samples, at)}
        is_any = any(newest >= 0 for _, _, newest, _ in known.values())
        for name in dict.fromkeys([OF_NOTHING, *known]):
            subject, value, newest, behind = known.get(
                name, (Subject(OF_NOTHING, "", {}), np.nan, -1, None)
            )
            story = stories.get(name) or stories.setdefault(name, _story(spec, subject))
            if newest < 0 and (name != OF_NOTHING or (is_any and story.track.alert is None)):
                continue
            reading = Reading(Signal.OVER)
            if newest >= 0 or not is_any:
                terms = story.track.rule
                reading = read(
                    _seen(spec, terms, (value, newest, behind), watch, at), terms, watch, at
                )
            _step(story, reading, value, watch, at)
    for story in stories.values():
        if story.track.alert is not None and story.track.alert.phase is Phase.FIRING:
            _close(story, None)
    found = [episode for story in stories.values() for episode in story.episodes]
    return sorted(found, key=lambda episode: (episode.fired_at, episode.fingerprint))


def _story(spec: RuleSpec, subject: Subject) -> Story:
    own = threshold_for(
        spec.overrides,
        subject.all_labels,
        spec.terms.threshold,
        spec.terms.recovery_threshold,
    )
    track = Track(
        spec.terms.at_threshold(*own),
        flap_firings=spec.flaps.firings,
        flap_window=spec.flaps.window,
    )
    return Story(subject, track)


def _known(
    spec: RuleSpec, refs: Sequence[SeriesRef], samples: Samples, at: datetime
) -> Iterator[Known]:
    """Yield what is known at `at` of each series or group."""
    at_ms = in_ms(at)
    ever = aggregate(samples, "last", -(10**15), at_ms)
    values, newest, behind = ever.values, ever.newest_ms, None
    if spec.aggregation != "last":
        found = _window(spec, samples, at_ms)
        values, behind = found.values, found.count
    if spec.aggregation == "absent":
        newest = np.where(newest >= 0, at_ms, -1)
    subjects = [subject_alone(ref.service, ref.labels) for ref in refs]
    if spec.combine:
        keys = [projection(ref.service, ref.labels, spec.group_by) for ref in refs]
        names = list(dict.fromkeys(keys))
        subjects = [subject_of(spec.group_by, name) for name in names]
        groups = np.array([names.index(key) for key in keys], np.int64)
        oldest = in_ms(at - spec.terms.stale_after)
        known = without_stale(values, newest, oldest)
        behind = (~np.isnan(known)).astype(np.int64) if behind is None else behind
        values = combine(known, groups, len(names), spec.combine)
        newest = newest_of(newest, groups, len(names))
        behind = samples_of(behind, groups, len(names))
    for row, subject in enumerate(subjects):
        count = None if behind is None else int(behind[row])
        yield subject, float(values[row]), int(newest[row]), count


def _window(spec: RuleSpec, samples: Samples, at_ms: int) -> Aggregated:
    start = at_ms - round(spec.window.total_seconds() * 1_000)
    if spec.aggregation != "week_change":
        return aggregate(samples, spec.aggregation, start, at_ms)
    then = aggregate(samples, "avg", start - WEEK_MS, at_ms - WEEK_MS)
    return week_change(aggregate(samples, "avg", start, at_ms), then)


def _seen(
    spec: RuleSpec,
    terms: RuleTerms,
    known: tuple[float, int, int | None],
    watch: Watch,
    at: datetime,
) -> Observation | None:
    value, newest, behind = known
    if spec.aggregation == "absent":
        return Observation(absence(1.0 if newest < 0 else value, spec.window, watch, at), at)
    if newest < 0:
        return None
    return observe(value, from_ms(newest), behind, terms, at)


def _step(story: Story, reading: Reading, value: float, watch: Watch, at: datetime) -> None:
    track = story.track
    decision = next_state(track.alert, reading, track.rule, watch, at)
    if decision.action is Action.RESOLVE:
        _close(story, at)
    if track.alert is None and decision.action in {Action.START, Action.FIRE}:
        story.begun, story.breaches = at, []
    by_value = reading.signal is Signal.BREACH and reading.silent_since is None
    if by_value and not np.isnan(value):
        story.breaches.append(value)
    if decision.action is Action.FIRE:
        story.value_at_fire = value if by_value and not np.isnan(value) else None
    track._remember(decision, watch, at)


def _close(story: Story, at: datetime | None) -> None:
    alert, rule = story.track.alert, story.track.rule
    assert alert is not None
    assert story.begun is not None
    farthest = {
        ">": max,
        ">=": max,
        "<": min,
        "<=": min,
    }.get(rule.condition, lambda own: max(own, key=lambda each: abs(each - rule.threshold)))
    story.episodes.append(
        Episode(
            story.subject.fingerprint,
            story.subject.labels,
            story.begun,
            story.track.fired[-1],
            at,
            story.value_at_fire,
            farthest(story.breaches) if story.breaches else None,
            alert.flapping,
            story.subject.service,
        )
    )
