"""A report as one HTML file that needs nothing else: no script, no font, no picture, no request."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from health.reports.document import Block, Document, Remark, Section, Table
from health.reports.drawing import Drawing
from health.reports.svg import as_svg

TEMPLATE = "reports/report.html"


def as_html(document: Document) -> bytes:
    """Return the page as UTF-8. The same document is always the same bytes."""
    sections = [_section(section, number) for number, section in enumerate(document.sections)]
    context = {"document": document, "sections": sections}
    return render_to_string(TEMPLATE, context).encode()


def _section(section: Section, number: int) -> dict[str, Any]:
    blocks = [
        _block(block, name=f"s{number}-{place}") for place, block in enumerate(section.blocks)
    ]
    return {"title": section.title, "anchor": f"s{number}", "blocks": blocks}


def _block(block: Block, *, name: str) -> dict[str, Any]:
    if isinstance(block, Table):
        return {"kind": "table", "table": block, "rows": _rows(block), "heads": _heads(block)}
    if isinstance(block, Drawing):
        svg = as_svg(block, name=name)
        # Every text in it was escaped as it was written.
        return {"kind": "chart", "title": block.title, "svg": mark_safe(svg)}  # noqa: S308
    if isinstance(block, Remark):
        return {"kind": "remark", "text": block.text}
    return {"kind": "tiles", "tiles": block}


def _heads(table: Table) -> list[tuple[str, str]]:
    return [(head, _class(table, column)) for column, head in enumerate(table.heads)]


def _rows(table: Table) -> list[list[tuple[str, str]]]:
    return [
        [(cell, _class(table, column)) for column, cell in enumerate(row)] for row in table.rows
    ]


def _class(table: Table, column: int) -> str:
    if column in table.numeric:
        return "number"
    return "wide" if column in table.wide else ""
