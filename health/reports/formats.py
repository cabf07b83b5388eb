"""The formats of a report: its frozen data in, one file out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from health.reports.csv_text import as_csv
from health.reports.document import Document
from health.reports.html import as_html
from health.reports.json_text import as_json
from health.reports.pdf import as_pdf
from health.reports.performance_document import performance_document
from health.reports.sla_document import sla_document

_DOCUMENTS: Mapping[str, Callable[[Mapping[str, Any]], Document]] = {
    "sla": sla_document,
    "performance": performance_document,
}


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is announced, and what makes it of the data and the name of who issues it."""

    content_type: str
    render: Callable[[Mapping[str, Any], str], bytes]


def document_of(data: Mapping[str, Any], issuer: str) -> Document:
    """Return the report that the data say. Raises KeyError for an unknown kind."""
    return replace(_DOCUMENTS[data["kind"]](data), issuer=issuer)


FORMATS: Mapping[str, Format] = {
    "html": Format("text/html; charset=utf-8", lambda data, by: as_html(document_of(data, by))),
    "pdf": Format("application/pdf", lambda data, by: as_pdf(document_of(data, by))),
    "csv": Format("text/csv; charset=utf-8", lambda data, _: as_csv(data)),
    "json": Format("application/json", lambda data, _: as_json(data)),
}


def file_name(data: Mapping[str, Any], extension: str) -> str:
    """Return the name under which a file is saved, such as `sla-monthly-2026-10-01.pdf`."""
    return f"{data['kind']}-{data['period']}-{data['start'][:10]}.{extension}"
