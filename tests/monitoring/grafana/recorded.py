"""Requests as the two plug-ins send them, put together as their sources do (simPod JSON 0.6, SimpleJson 1.4)."""

from datetime import datetime, timedelta
from typing import Any


def span(end: datetime, width: timedelta = timedelta(hours=1)) -> dict[str, Any]:
    """Return the range of a dashboard."""
    raw = {"from": "now-1h", "to": "now"}
    return {"from": (end - width).isoformat(), "to": end.isoformat(), "raw": raw}


def simple_json_query(end: datetime, *targets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return what SimpleJson posts to /query."""
    return {
        "app": "dashboard",
        "requestId": "Q100",
        "timezone": "browser",
        "panelId": 2,
        "dashboardId": None,
        "range": span(end),
        "rangeRaw": {"from": "now-1h", "to": "now"},
        "interval": "2s",
        "intervalMs": 2_000,
        "targets": [{"type": "timeserie", **target} for target in targets],
        "maxDataPoints": 900,
        "scopedVars": {"__interval": {"text": "2s", "value": "2s"}},
        "startTime": 1_772_452_800_000,
        "variables": {"host": {"text": "a + b", "value": ["a", "b"]}},
        "adhocFilters": [],
        **fields,
    }


def simpod_query(end: datetime, *targets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return what simPod's plug-in posts to /query; every target carries a payload, if an empty one."""
    return {
        "app": "panel-viewer",
        "requestId": "SQR100",
        "timezone": "browser",
        "panelId": 4,
        "panelPluginId": "timeseries",
        "dashboardUID": "b3a1",
        "range": span(end),
        "interval": "15s",
        "intervalMs": 15_000,
        "targets": [
            {
                "datasource": {"type": "simpod-json-datasource", "uid": "P1"},
                "editorMode": "builder",
                "payload": {},
                "refId": chr(ord("A") + number),
                **target,
            }
            for number, target in enumerate(targets)
        ],
        "maxDataPoints": 1_213,
        "scopedVars": {
            "__interval": {"text": "15s", "value": "15s"},
            "host": {"selected": False, "text": ["a", "b"], "value": ["a", "b"]},
        },
        "filters": [],
        "startTime": 1_772_452_800_000,
        "rangeRaw": {"from": "now-1h", "to": "now"},
        **fields,
    }
