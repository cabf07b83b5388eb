"""A performance report as headings, tables and charts; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from health.reports import wording
from health.reports.bars import CountBar, LimitRow, count_chart, limit_chart
from health.reports.definitions import PERFORMANCE
from health.reports.document import Block, Document, Remark, Section, Table, Tile
from health.reports.drawing import Drawing
from health.reports.heading import slice_label, subtitle
from health.reports.lines import Line, latency_chart

# The CSV and the JSON have all of them.
MOST_ROWS = 100
_MOST_BARS = 15
_LINES = (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"))


def performance_document(data: Mapping[str, Any]) -> Document:
    """Return the report that the frozen data say."""
    if not data["totals"]["requests"]:
        sections = [Section("Summary", [Remark("No request was measured in this period.")])]
    else:
        sections = [_summary(data), _services(data["services"]), _endpoints(data)]
    return Document(
        title=f"Performance report, {data['period']}",
        subtitle=subtitle(data),
        sections=sections,
        definitions=PERFORMANCE,
    )


def _summary(data: Mapping[str, Any]) -> Section:
    totals = data["totals"]
    tiles = [
        Tile("Requests", wording.count(totals["requests"]), f"of {len(data['services'])} services"),
        Tile(
            "Errors",
            _share(totals["error_percent"]),
            f"{wording.count(totals['failed'])} answered 5xx",
        ),
        Tile("p95", wording.latency(totals["p95_ms"]), f"p50 {wording.latency(totals['p50_ms'])}"),
        Tile("p99", wording.latency(totals["p99_ms"]), "of all requests together"),
    ]
    return Section("Summary", [tiles, *_charts(data["slices"])])


def _charts(slices: Sequence[Mapping[str, Any]]) -> list[Drawing]:
    if not slices:
        return []
    first = slices[0]
    width = datetime.fromisoformat(first["end"]) - datetime.fromisoformat(first["start"])
    labels = [slice_label(each["start"], width) for each in slices]
    every = {timedelta(hours=1): "hour", timedelta(days=1): "day"}.get(width, "week")
    lines = [Line(name, [each[key] for each in slices]) for name, key in _LINES]
    counts = [
        CountBar(label, each["requests"], each["failed"])
        for label, each in zip(labels, slices, strict=True)
    ]
    return [
        latency_chart(f"Time of answers by {every}", labels, lines),
        count_chart(f"Requests by {every}, errors at the foot", counts),
    ]


def _services(services: Sequence[Mapping[str, Any]]) -> Section:
    rows = [(each["service_name"], *_requests(each)) for each in services]
    heads = ("Service", "Requests", "Errors", "p50", "p95", "p99")
    table = Table("By service", heads, rows, numeric=frozenset(range(1, 6)))
    return Section("Services", [table])


def _endpoints(data: Mapping[str, Any]) -> Section:
    endpoints: Sequence[Mapping[str, Any]] = data["endpoints"]
    shown = endpoints[:MOST_ROWS]
    rows = [
        (
            each["service_name"],
            f"{each['method']} {each['endpoint']}",
            *_requests(each),
            wording.latency(each["slowest_ms"]),
            wording.UNKNOWN if each["apdex"] is None else f"{each['apdex']:.2f}",
        )
        for each in shown
    ]
    heads = ("Service", "Endpoint", "Requests", "Errors", "p50", "p95", "p99", "Slowest", "Apdex")
    table = Table(
        "The slowest p95 first", heads, rows, numeric=frozenset(range(2, 9)), wide=frozenset({0, 1})
    )
    blocks: list[Block] = [_slowest(endpoints[:_MOST_BARS], data["apdex_threshold_ms"]), table]
    more = len(endpoints) - len(shown) + data["endpoints_left_out"]
    if more:
        blocks.append(Remark(f"Not listed here: {more:,} endpoints with a lower p95."))
    blocks.append(Remark(f"The threshold of the apdex is {data['apdex_threshold_ms']:,} ms."))
    return Section("Endpoints", blocks)


def _slowest(endpoints: Sequence[Mapping[str, Any]], threshold_ms: int) -> Drawing:
    rows = [
        LimitRow(
            f"{each['method']} {each['endpoint']}",
            each["p95_ms"] or 0.0,
            threshold_ms,
            wording.latency(each["p95_ms"]),
        )
        for each in endpoints
    ]
    return limit_chart(
        "The slowest endpoints by p95, and the mark of the apdex threshold",
        rows,
        what="p95 of endpoints",
    )


def _requests(each: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        wording.count(each["requests"]),
        _share(each["error_percent"]),
        wording.latency(each["p50_ms"]),
        wording.latency(each["p95_ms"]),
        wording.latency(each["p99_ms"]),
    )


def _share(percent: float | None) -> str:
    if percent is None:
        return wording.UNKNOWN
    return f"{percent:.2f} %" if percent >= 0.01 or percent == 0 else "< 0.01 %"
