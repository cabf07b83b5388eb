"""Prints which rules made the most noise, and what would make them quieter: proven on the last week if asked."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from alerts.reports.advice import Advice
from alerts.reports.noise import NoiseReport, RuleNoise
from alerts.reports.proofs import with_proofs
from alerts.reports.selectors import noise_at
from alerts.serializers import NoiseReport as Written
from alerts.services.proofs import prove_all
from monitoring.errors import DomainError

_HEAD = ("rule", "fired", "acked", "quick", "flaps", "sent", "night", "to ack")
_MOST_WEEKS = 26


class Command(BaseCommand):
    """`manage.py noise_report [--weeks 4] [--format text|json] [--prove]`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of weeks, the form of the answer, and whether to try what is advised."""
        parser.add_argument("--weeks", type=int, default=4)
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--prove",
            action="store_true",
            help="try each piece of advice on the last week, here and now",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report of the weeks before now."""
        weeks = options["weeks"]
        if not 1 <= weeks <= _MOST_WEEKS:
            raise CommandError(f"--weeks must be from 1 to {_MOST_WEEKS}")
        at = timezone.now()
        report = with_proofs(noise_at(at, weeks=weeks))
        if options["prove"]:
            report = _proven(report, at)
        if options["format"] == "json":
            self.stdout.write(json.dumps(Written(report).data, default=str, indent=2))
        else:
            self.stdout.write(as_text(report))


def as_text(report: NoiseReport) -> str:
    """Return the report as a table with the advice below each rule."""
    period = f"{report.start:%Y-%m-%d %H:%M} to {report.end:%Y-%m-%d %H:%M} UTC"
    if not report.rules:
        return f"No rule fired from {period}."
    lines = [f"Noise of rules from {period}", "", _row(_HEAD)]
    for rule in report.rules:
        lines.append(_row(_cells(rule)))
        for advice in rule.advice:
            lines += _advice(advice)
    return "\n".join(lines)


def _proven(report: NoiseReport, at: datetime) -> NoiseReport:
    try:
        return prove_all(report, by="noise_report", at=at)
    except DomainError as error:
        raise CommandError(f"Not proven: {error.message}.") from error


def _advice(advice: Advice) -> list[str]:
    """Return what is advised, what would change, and what a backtest says to that."""
    lines = [f"    {advice.kind}: {advice.reason}"]
    if advice.change:
        lines.append(f"    change: {dict(advice.change)}")
    if advice.proof:
        lines.append(f"    proof: {advice.proof.words}")
    return lines


def _cells(rule: RuleNoise) -> tuple[str, ...]:
    figures = rule.figures
    wait = figures.median_seconds_to_acknowledge
    return (
        rule.rule_name,
        str(figures.fired),
        _percent(figures.acknowledged_percent),
        _percent(figures.resolved_quickly_percent),
        str(figures.flapping),
        str(figures.messages),
        str(figures.night_pages),
        "-" if wait is None else f"{wait:.0f} s",
    )


def _row(cells: tuple[str, ...]) -> str:
    return f"{cells[0]:<40}" + "".join(f"{cell:>9}" for cell in cells[1:])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:g} %"
