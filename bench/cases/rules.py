"""P7: how long all rules take once, state and outbox included, beside Prometheus evaluating the same ones.

Both sides hold the same samples. Prometheus says itself how long its group of rules took; ours is the time of the
service's one function, in a process that keeps what it knows between evaluations, as a worker does.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from django.test.utils import override_settings

from alerts.models import AlertRule, Notification
from alerts.services import evaluate_rules, rulebook, series_table
from bench.context import Context
from bench.encoders import HEADERS, json_bodies, remote_write_bodies
from bench.processes import timed
from bench.report import Row
from bench.rule_peer import RuleEvaluator
from bench.sending import Target, send
from bench.service import PREFIX
from bench.workload import FIELDS, Workload
from monitoring.storage import unsealed

_BATCH = 2_000
_UNREACHED, _ALWAYS = 1_000.0, -1.0  # values lie between 0 and 100
_MANY_FIRING = 5_000
_MOST_SECONDS = 20
_MAIL = {"SMTP_HOST": "127.0.0.1", "ALERT_TO_EMAIL": ["bench@tickettoken.example"]}


class _Rule(NamedTuple):
    """A threshold on a metric, on the series of one host or on all."""

    metric: str
    host: str
    threshold: float

    @property
    def expression(self) -> str:
        """The rule in PromQL."""
        matcher = f'{{hostname="{self.host}"}}' if self.host else ""
        return f"{self.metric}{matcher} > {self.threshold:g}"

    def row(self, number: int) -> AlertRule:
        """The rule as a row."""
        return AlertRule(
            rule_name=f"bench {time.monotonic_ns()} {number}",
            metric_name=self.metric,
            threshold=self.threshold,
            label_matchers={"hostname": self.host} if self.host else {},
            notification_channels=["email"],
        )


def run(context: Context) -> None:
    """Compare quiet rules with the peer's, then let thousands of alerts fire."""
    hosts, rules = (100, 100) if context.options.quick else (1_000, 1_000)
    workload = Workload(hosts, measurement="rules")
    names = [tags["hostname"] for tags in workload.tags]
    metrics = [workload.metric(field) for field in FIELDS]
    single = [_Rule(metric, host, _UNREACHED) for metric in metrics for host in names]
    wide = [_Rule(metrics[0], "", _UNREACHED + number) for number in range(rules)]
    with override_settings(**_MAIL):
        _compare(context, workload, f"{len(single):,} rules of one series", single, 0.2)
        _compare(context, workload, f"{rules:,} rules of {hosts:,} series", wide, 0.1)
        firing = [rule._replace(threshold=_ALWAYS) for rule in single[:_MANY_FIRING]]
        _fire(context, workload, firing)


def _compare(
    context: Context, workload: Workload, what: str, rules: Sequence[_Rule], goal: float
) -> None:
    """Measure both in turns, a warm process first, then report medians in ms."""
    _use(rules)
    ours: list[float] = []
    theirs: list[float] = []
    with ExitStack() as stack:
        peer = None
        if context.prometheus is not None:
            place = context.directory / f"rules-{len(rules)}"
            peer = stack.enter_context(RuleEvaluator(place, [rule.expression for rule in rules]))
        _push(context, workload, peer)
        first = timed(_evaluate)
        _evaluate()
        if peer is not None:
            peer.next_duration()  # it may have begun before the samples came
        with context.report.progress(what, context.options.rounds) as bar:
            for _ in range(context.options.rounds):
                if peer is not None:
                    theirs.append(peer.next_duration())
                ours.append(timed(_evaluate))
                bar.advance()
    took, other = 1_000 * median(ours), 1_000 * median(theirs) if theirs else None
    context.report.add(
        Row(
            "P7", what, took, "ms", "Prometheus", other, f"<= {goal} x",
            None if other is None or context.options.quick else took <= goal * other,
            f"all quiet; first evaluation of a process {1_000 * first:.0f} ms",
        )
    )  # fmt: skip


def _fire(context: Context, workload: Workload, rules: Sequence[_Rule]) -> None:
    """Let all rules fire at once, go on, and go on in a process that knows nothing of it."""
    _use(rules)
    _push(context, workload, None)
    fired = timed(_evaluate)
    owed = Notification.objects.count()
    stays = [_again(context, workload) for _ in range(context.options.rounds)]
    rulebook.begin_anew()
    series_table.begin_anew()
    unsealed.begin_anew()
    restarted = _again(context, workload)
    again = Notification.objects.count() - owed
    _use([])
    many = f"{len(rules):,}"
    limit = ("limit", float(_MOST_SECONDS), f"<= {_MOST_SECONDS} s")
    rows: list[tuple[str, float, bool, str]] = [
        (f"{many} alerts fire at once", fired, fired <= _MOST_SECONDS, f"{owed:,} messages owed"),
        (f"{many} alerts go on", median(stays), median(stays) <= _MOST_SECONDS, ""),
        (
            f"{many} alerts after a restart",
            restarted,
            again == 0 and restarted <= _MOST_SECONDS,
            f"{again} messages owed again",
        ),
    ]
    for what, took, met, note in rows:
        context.report.add(Row("P7", what, took, "s", *limit, met, note))


def _again(context: Context, workload: Workload) -> float:
    _push(context, workload, None)
    return timed(_evaluate)


def _use(rules: Sequence[_Rule]) -> None:
    """Make these the only rules in use."""
    AlertRule.objects.update(enabled=False)
    rows = [rule.row(number) for number, rule in enumerate(rules)]
    AlertRule.objects.bulk_create(rows, batch_size=_BATCH)


def _evaluate() -> list[int]:
    return evaluate_rules(at=datetime.now(UTC))


def _push(context: Context, workload: Workload, peer: RuleEvaluator | None) -> None:
    """Bring one sample of each series, of this second, to both sides."""
    workload.start = int(time.time())
    (step,) = workload.steps(1)
    service = context.service
    ours = Target(
        f"{service.base}{PREFIX}/metrics", {**HEADERS["json"], **service.headers()}, service.pids
    )
    sent = send(ours, list(json_bodies(workload, [step], batch=_BATCH)), clients=1)
    if sent.refused:
        raise RuntimeError(f"{sent.refused} samples were refused: {sent.first_error}")
    if peer is not None:
        theirs = Target(peer.write_url(), HEADERS["remote-write"], peer.pids)
        bodies = list(remote_write_bodies(workload, [step], batch=_BATCH))
        sent = send(theirs, bodies, clients=1)
        if sent.refused:
            raise RuntimeError(f"Prometheus refused {sent.refused}: {sent.first_error}")
