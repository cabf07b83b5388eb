"""Writes of objectives: where each stands now, as a row and as samples that rules watch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from health.models import Slo, SloState
from health.slo.budget import budget_remaining, compliance_percent
from health.slo.burn import pair_rates, present_burn, rates_of_answers, rates_of_time
from health.slo.forecast import exhausted_at
from health.slo_tallies import Measured, measured, window_of
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample

_WRITTEN = ["at", "compliance_percent", "budget_remaining", "burn_rates", "exhausted_at"]


def evaluate_slos(*, at: datetime) -> list[SloState]:
    """Measure every objective that is on, store where it stands and hand its samples to the door.

    Idempotent for an instant. An objective of which nothing was measured has a state that says so, and no samples:
    a burn rate of zero would read as "all is well".
    """
    slos = list(Slo.objects.filter(enabled=True, service__enabled=True).select_related("service"))
    found = measured(slos, at=at)
    states = {slo.pk: _state(slo, found[slo.pk], at=at) for slo in slos}
    SloState.objects.bulk_create(
        states.values(), update_conflicts=True, unique_fields=["slo"], update_fields=_WRITTEN
    )
    samples = [sample for slo in slos for sample in _samples(slo, states[slo.pk])]
    if samples:
        ingest(samples, origin=Origin.COLLECTOR, at=at)
    return list(states.values())


def _state(slo: Slo, found: Measured, *, at: datetime) -> SloState:
    target = slo.target_percent
    is_of_time = (slo.kind, slo.source) == (Slo.Kind.AVAILABILITY, Slo.Source.PROBES)
    rates = (rates_of_time if is_of_time else rates_of_answers)(found.windows, target)
    remaining = budget_remaining(found.whole, target)
    return SloState(
        slo=slo,
        at=at,
        compliance_percent=compliance_percent(found.whole),
        budget_remaining=remaining,
        burn_rates=rates,
        exhausted_at=exhausted_at(remaining, present_burn(rates), window_of(slo), at=at),
    )


@dataclass(frozen=True, slots=True)
class _Value:
    metric: str
    value: float | None
    labels: Mapping[str, str]


def _samples(slo: Slo, state: SloState) -> Iterator[Sample]:
    for each in _values(slo, state):
        if each.value is not None:
            labels = {"slo": slo.name, **each.labels}
            yield Sample(each.metric, slo.service.service_name, each.value, state.at, labels=labels)


def _values(slo: Slo, state: SloState) -> Iterable[_Value]:
    for window, rate in state.burn_rates.items():
        yield _Value("slo_burn_rate", rate, {"window": window})
    for pair, rate in pair_rates(state.burn_rates).items():
        yield _Value("slo_burn_rate_pair", rate, {"pair": pair})
    yield _Value("slo_error_budget_remaining", state.budget_remaining, {})
    yield _Value("slo_compliance_percent", state.compliance_percent, {})
    yield _Value("slo_budget_exhausted_seconds", _lasts_seconds(slo, state), {})


def _lasts_seconds(slo: Slo, state: SloState) -> float | None:
    """Return how long the budget lasts, at most the window: beyond it there is no forecast."""
    if state.budget_remaining is None:
        return None
    if state.exhausted_at is None:
        return window_of(slo).total_seconds()
    return (state.exhausted_at - state.at).total_seconds()
