"""The box of the operations page that says which endpoints keep people waiting."""

from datetime import datetime, timedelta

from health.performance.endpoints import Order, figures_of, worst_first
from health.selectors_performance import endpoint_totals
from monitoring.console.panel import Panel

WINDOW = timedelta(hours=1)
LINES = 8


def slowest_panel(at: datetime) -> Panel:
    """Return the endpoints with the longest p95 of the last hour."""
    totals = endpoint_totals(at - WINDOW, at)
    lines = worst_first(map(figures_of, totals), Order.P95)
    return Panel(
        title="Slowest endpoints",
        order=25,
        template="console/endpoints.html",
        context={
            "lines": [
                {"figures": line, "failed_percent": 100 * line.error_rate} for line in lines[:LINES]
            ],
            "endpoints": len(lines),
            "requests": sum(line.request_count for line in lines),
        },
    )
