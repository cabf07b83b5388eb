"""What is exported: the newest value of each series that still means something."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings

from monitoring.exposition import openmetrics, text
from monitoring.exposition.current import CURRENT, Shown
from monitoring.exposition.families import Current, Exposition, Family, families_of
from monitoring.exposition.layout import Layout, comments, layout_of
from monitoring.metrics_api.restricted import is_restricted
from monitoring.models import Metric
from monitoring.names import CATALOGUE as SPECS
from monitoring.query.catalogue import CATALOGUE

_TOTALS_KEPT = timedelta(hours=24)
_NO_HELP = "No description is known."


class Format(Enum):
    """How an exposition is written."""

    TEXT = text.CONTENT_TYPE
    OPENMETRICS = openmetrics.CONTENT_TYPE


class Exporter:
    """Writes expositions of one format, with or without what needs a token.

    The text around the numbers is kept from scrape to scrape: it changes when series come, go or fall silent.
    """

    def __init__(self, form: Format, *, restricted: bool) -> None:
        self._form = form
        self._restricted = restricted
        self._lock = threading.Lock()
        self._held: tuple[object, Layout] | None = None

    def text(self, at: datetime) -> str:
        """Return the whole exposition of an instant.

        A gauge that nobody renewed for METRIC_STALENESS is left out: Prometheus would take the old value for the
        present one. Totals stay for a day, since a total that pauses is still true.
        """
        shown = CURRENT.shown(
            fresh_since=at - settings.METRIC_STALENESS, kept_since=at - _TOTALS_KEPT
        )
        return self._layout(shown, _help_texts()).render(shown.values)

    def _layout(self, shown: Shown, help_texts: Mapping[str, str]) -> Layout:
        known = (shown.state, shown.ids.tobytes(), tuple(sorted(help_texts.items())))
        with self._lock:
            if self._held is not None and shown.state is not None and self._held[0] == known:
                return self._held[1]
        layout = _lay_out(self._exposition(shown), help_texts, self._form)
        with self._lock:
            self._held = (known, layout)
        return layout

    def _exposition(self, shown: Shown) -> Exposition:
        ids = shown.ids.tolist()
        known = CATALOGUE.series(shown.state, ids)
        series = ((place, known[number]) for place, number in enumerate(ids) if number in known)
        return families_of(
            Current(each.metric, each.service, each.type, each.labels, place)
            for place, each in series
            if self._restricted or not is_restricted(each.metric)
        )


def _lay_out(exposition: Exposition, help_texts: Mapping[str, str], form: Format) -> Layout:
    if form is Format.OPENMETRICS:
        return layout_of(exposition, help_texts, _told(openmetrics.heading), end=openmetrics.END)
    return layout_of(
        exposition, help_texts, _told(_text_heading), end=comments(exposition.left_out)
    )


def _text_heading(family: Family, help_text: str, _names: frozenset[str]) -> str:
    return text.heading(family.name, family.type, help_text)


def _told(
    heading: Callable[[Family, str, frozenset[str]], str],
) -> Callable[[Family, str, frozenset[str]], str]:
    """Return a heading that says so where there is no description."""
    return lambda family, help_text, names: heading(family, help_text or _NO_HELP, names)


def _help_texts() -> dict[str, str]:
    catalogued = {spec.name: spec.help for spec in SPECS}
    return catalogued | dict(Metric.objects.exclude(help="").values_list("name", "help"))
