"""What the kernel shows on the operations page: that the service itself works."""

from datetime import datetime, timedelta

from monitoring.console.panel import Panel, PanelMaker
from monitoring.console.selectors import MINUTES, newest_sample, own_curves, store_states
from monitoring.exposition.throughput import samples_stored
from monitoring.models import Series

_MINUTE = timedelta(minutes=1)


def own_panel(at: datetime) -> Panel:
    """Return the service's own figures, curves and stores."""
    newest = newest_sample()
    stores = store_states(at)
    down = [store.name for store in stores if store.level == "critical"]
    return Panel(
        title="Monitoring itself",
        order=30,
        template="console/monitoring.html",
        context={
            "samples_per_minute": f"{samples_stored(since=at - _MINUTE, until=at):,}",
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
