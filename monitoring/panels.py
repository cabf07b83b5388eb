"""What the kernel shows on the operations page: that the service itself works."""

from datetime import datetime, timedelta

from monitoring.console.panel import Panel, PanelMaker
from monitoring.console.selectors import MINUTES, own_curves, samples_committed, store_states
from monitoring.models import Latest, Series

_MINUTE = timedelta(minutes=1)


def own_panel(at: datetime) -> Panel:
    """Return the service's own figures, curves and stores."""
    newest = Latest.objects.order_by("-at").values_list("at", flat=True).first()
    stores = store_states(at)
    down = [store.name for store in stores if store.level == "critical"]
    return Panel(
        title="Monitoring itself",
        order=30,
        template="console/monitoring.html",
        context={
            "samples_per_minute": f"{samples_committed(since=at - _MINUTE, until=at):,}",
            "series": f"{Series.objects.count():,}",
            "newest_age_seconds": None
            if newest is None
            else max(0, round((at - newest).total_seconds())),
            "minutes": MINUTES,
            "curves": own_curves(at),
            "stores": stores,
        },
        announce=f"{', '.join(down)} down" if down else "",
    )


PANELS: list[PanelMaker] = [own_panel]
