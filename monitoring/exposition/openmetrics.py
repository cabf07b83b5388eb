"""OpenMetrics 1.0: what it wants told differently, and who asks for it. Pure.

A counter's samples end in `_total` there, and its family does not. Two counters of the service specification end
otherwise, and their names are its contract: they are told as of unknown type, which any name may have.
"""

from monitoring.exposition.families import Family
from monitoring.types import MetricType

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
END = "# EOF\n"

_MEDIA_TYPE = "application/openmetrics-text"
_VERSIONS = {"", "1.0.0", "0.0.1"}
_TOTAL = "_total"
_UNKNOWN = "unknown"


def heading(family: Family, help_text: str, names: frozenset[str]) -> str:
    """Return the TYPE and HELP lines of one family; `names` are those of all families."""
    name, kind = family.name, str(family.type)
    if family.type is MetricType.COUNTER:
        bare = name.removesuffix(_TOTAL)
        if bare == name or bare in names:
            kind = _UNKNOWN
        else:
            name = bare
    text = help_text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f"# TYPE {name} {kind}\n# HELP {name} {text}\n"


def is_preferred(accept: str) -> bool:
    """Tell whether an Accept header ranks this format above the plain text format."""
    ranks = {"openmetrics": 0.0, "text": 0.0}
    for item in accept.lower().split(","):
        media_type, _, rest = item.strip().partition(";")
        parameters = dict(_parameter(part) for part in rest.split(";") if part)
        if media_type == _MEDIA_TYPE and parameters.get("version", "") in _VERSIONS:
            ranks["openmetrics"] = max(ranks["openmetrics"], _quality(parameters))
        elif media_type in {"text/plain", "text/*"}:
            ranks["text"] = max(ranks["text"], _quality(parameters))
    return ranks["openmetrics"] > ranks["text"]


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip(' "')


def _quality(parameters: dict[str, str]) -> float:
    try:
        return min(max(float(parameters.get("q", "1")), 0.0), 1.0)
    except ValueError:
        return 0.0
