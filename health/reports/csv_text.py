"""A report as CSV (RFC 4180, UTF-8): one row for each thing measured, numbers without units or commas; pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

# What a spreadsheet would take for a formula. Source: OWASP, "CSV Injection".
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SLA_FIGURES = (
    "uptime_percent", "met", "p95_ms", "p99_ms", "latency_source", "violations", "up_ms", "down_ms", "unknown_ms",
    "maintenance_ms", "degraded_ms", "total_requests", "failed_requests",
)  # fmt: skip
_SLA_HEAD = (
    "row",
    "service",
    "service_name",
    "start",
    "end",
    "availability_target_percent",
    *_SLA_FIGURES,
    "note",
)
_REQUEST_FIGURES = (
    "requests",
    "failed",
    "error_percent",
    "mean_ms",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "slowest_ms",
    "apdex",
)
_REQUEST_HEAD = ("row", "service_name", "method", "endpoint", "start", "end", *_REQUEST_FIGURES)


def as_csv(data: Mapping[str, Any]) -> bytes:
    """Return the report of either kind. Column `row` says what a row is of: the period, a slice, a downtime ..."""
    rows, head = (
        (_sla(data), _SLA_HEAD) if data["kind"] == "sla" else (_requests(data), _REQUEST_HEAD)
    )
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, head, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


def cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet runs: text that looks like a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return value


def _sla(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    whole = {"start": data["start"], "end": data["end"]}
    for service in data["services"]:
        known = {
            "service": service["name"],
            "service_name": service["service_name"],
            "availability_target_percent": service["availability_target_percent"],
        }
        yield {"row": "period", **known, **whole, **_only(service, _SLA_FIGURES)}
        for each in service["slices"]:
            times = {"start": each["start"], "end": each["end"]}
            yield {"row": "slice", **known, **times, **_only(each, _SLA_FIGURES)}
        for name, amount in (("downtimes", "down_ms"), ("maintenance", "maintenance_ms")):
            yield from _stretches(service[name], name, amount, known)


def _stretches(
    found: Iterable[Mapping[str, Any]], name: str, amount: str, known: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for each in found:
        yield {
            "row": name.removesuffix("s"),
            **known,
            "start": each["start"],
            "end": each["end"],
            amount: each["lasted_ms"],
            "note": each.get("reason", ""),
        }


def _requests(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    whole = {"start": data["start"], "end": data["end"]}
    for service in data["services"]:
        known = {"service_name": service["service_name"]}
        yield {"row": "service", **known, **whole, **_only(service, _REQUEST_FIGURES)}
        for each in service["slices"]:
            times = {"start": each["start"], "end": each["end"]}
            yield {"row": "slice", **known, **times, **_only(each, _REQUEST_FIGURES)}
    for each in data["endpoints"]:
        known = _only(each, ("service_name", "method", "endpoint"))
        yield {"row": "endpoint", **known, **whole, **_only(each, _REQUEST_FIGURES)}


def _only(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
