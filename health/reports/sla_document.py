"""An SLA report as headings, tables and charts; pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from health.reports import wording
from health.reports.bars import LimitRow, UptimeBar, limit_chart, uptime_chart
from health.reports.definitions import SLA
from health.reports.document import Block, Document, Remark, Section, Table, Tile
from health.reports.heading import slice_label, subtitle
from health.reports.sla_tables import DASH, downtimes, maintenance, objectives, spent

_VERDICTS = {True: "met", False: "missed", None: "not measured"}
_TONES = {True: "good", False: "bad", None: "plain"}
# A chart of more is a wall; the table below it has all.
_MOST_BARS = 20
_SHOWN_ON_BARS = 4


def sla_document(data: Mapping[str, Any]) -> Document:
    """Return the report that the frozen data say."""
    services: Sequence[Mapping[str, Any]] = data["services"]
    return Document(
        title=f"SLA report, {data['period']}",
        subtitle=subtitle(data),
        sections=(_summary(data), *(_service(each) for each in services)),
        definitions=SLA,
    )


def _summary(data: Mapping[str, Any]) -> Section:
    services: Sequence[Mapping[str, Any]] = data["services"]
    if not services:
        return Section("Summary", [Remark("No service was watched in this period.")])
    blocks: list[Block] = [_totals(data["totals"]), _table(services)]
    down = sorted((each for each in services if each["down_ms"]), key=lambda each: -each["down_ms"])
    if down:
        blocks.append(_against_allowed(down[:_MOST_BARS]))
    return Section("Summary", blocks)


def _totals(totals: Mapping[str, Any]) -> list[Tile]:
    judged = totals["met"] + totals["missed"]
    unknown = totals["not_measured"]
    return [
        Tile(
            "Targets met",
            f"{totals['met']} of {judged}",
            f"{unknown} not measured" if unknown else "all services measured",
            _TONES[None if judged == 0 else totals["missed"] == 0],
        ),
        Tile(
            "Uptime of all", wording.percent(totals["uptime_percent"]), "all measured time together"
        ),
        Tile(
            "Down",
            wording.duration(totals["down_ms"]),
            _plural(totals["downtimes"], "downtime") + ", all services added up",
        ),
        Tile("Violations", wording.count(totals["violations"]), "buckets of five minutes"),
    ]


def _table(services: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        (
            each["service_name"],
            wording.percent(each["uptime_percent"]),
            wording.percent(each["availability_target_percent"]),
            _VERDICTS[each["met"]],
            wording.duration(each["down_ms"]),
            wording.latency(each["p95_ms"]),
            wording.latency(each["p99_ms"]),
            wording.count(each["violations"]),
        )
        for each in services
    ]
    heads = ("Service", "Uptime", "Target", "Verdict", "Down", "p95", "p99", "Violations")
    return Table("Services", heads, rows, numeric=frozenset({1, 2, 4, 5, 6, 7}))


def _against_allowed(services: Sequence[Mapping[str, Any]]) -> Block:
    rows = [
        LimitRow(
            each["service_name"],
            each["down_ms"],
            each["allowed_down_ms"],
            f"{wording.duration(each['down_ms'])} of {wording.duration(each['allowed_down_ms'])}",
        )
        for each in services
    ]
    return limit_chart(
        "Down, and the mark of what the target allows", rows, what="Downtime of services"
    )


def _service(service: Mapping[str, Any]) -> Section:
    return Section(service["service_name"], list(_service_blocks(service)))


def _service_blocks(service: Mapping[str, Any]) -> Iterator[Block]:
    yield _service_tiles(service)
    target = float(service["availability_target_percent"])
    if service["slices"]:
        yield uptime_chart(_chart_title(service["slices"]), _bars(service["slices"]), target)
    yield spent(service)
    yield downtimes(service["downtimes"])
    if service["maintenance"]:
        yield maintenance(service["maintenance"])
    if service["slos"]:
        yield objectives(service["slos"])


def _service_tiles(service: Mapping[str, Any]) -> list[Tile]:
    source = service["latency_source"]
    return [
        Tile(
            "Uptime",
            wording.percent(service["uptime_percent"]),
            f"{_VERDICTS[service['met']]}: target {wording.percent(service['availability_target_percent'])}",
            _TONES[service["met"]],
        ),
        Tile(
            "Down",
            wording.duration(service["down_ms"]),
            f"{wording.duration(service['allowed_down_ms'])} allowed",
        ),
        Tile(
            "p95",
            wording.latency(service["p95_ms"]),
            f"of {source}, p99 {wording.latency(service['p99_ms'])}" if source else "not measured",
        ),
        Tile(
            "Violations",
            wording.count(service["violations"]),
            f"latency target {wording.latency(service['latency_target_ms'])}",
        ),
    ]


def _bars(slices: Sequence[Mapping[str, Any]]) -> list[UptimeBar]:
    width = _width(slices)
    return [
        UptimeBar(
            slice_label(each["start"], width),
            None if each["uptime_percent"] is None else float(each["uptime_percent"]),
            each["met"] is not False,
            DASH if each["uptime_percent"] is None else _short(each["uptime_percent"]),
        )
        for each in slices
    ]


def _short(share: str) -> str:
    """Return a percentage that has room on a bar: cut, never rounded up."""
    whole, _, rest = share.partition(".")
    return f"{whole}.{rest[:2]}" if rest and len(whole) < _SHOWN_ON_BARS else whole


def _chart_title(slices: Sequence[Mapping[str, Any]]) -> str:
    width = _width(slices)  # of the first: only the last, and one that stands alone, may be shorter
    if width <= timedelta(hours=1):
        return "Uptime by hour"
    return "Uptime by day" if width <= timedelta(days=1) else "Uptime by week"


def _width(slices: Sequence[Mapping[str, Any]]) -> timedelta:
    first = slices[0]
    return datetime.fromisoformat(first["end"]) - datetime.fromisoformat(first["start"])


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
