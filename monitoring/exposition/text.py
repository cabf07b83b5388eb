"""The Prometheus text format 0.0.4, written by hand.

prometheus_client would rename counters of the service specification (`revenue_total_cents` to
`revenue_total_cents_total`), and it is five times slower for 100,000 series.
Metric and label names need no care here: the door takes no others than Prometheus does.
Pure: no Django, no clock, no database.
"""

import math
import re
from collections.abc import Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SERVICE_LABEL = "service_name"

_NEEDS_ESCAPE = re.compile(r'[\\"\n]')
_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}
_LARGEST_EXACT_INTEGER = 2.0**53


def number_text(value: float) -> str:
    """Return a number as the format writes it: whole numbers without a point, +Inf, -Inf, NaN."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value.is_integer() and abs(value) <= _LARGEST_EXACT_INTEGER:
        return str(int(value))
    return repr(value)


def label_text(service: str, labels: Mapping[str, str], *, without: str = "") -> str:
    """Return the inside of the braces: the labels in their order, then the service."""
    pairs = [f'{key}="{_escaped(value)}"' for key, value in labels.items() if key != without]
    return ",".join([*pairs, f'{SERVICE_LABEL}="{_escaped(service)}"'])


def heading(name: str, kind: str, help_text: str) -> str:
    """Return the HELP and TYPE lines of one family."""
    text = help_text.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n"


def _escaped(value: str) -> str:
    if _NEEDS_ESCAPE.search(value) is None:
        return value
    return _NEEDS_ESCAPE.sub(lambda match: _ESCAPES[match[0]], value)
