"""Tables and tiles of a PDF report: columns as wide as what stands in them, heads repeated on each page."""

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, LongTable, TableStyle
from reportlab.platypus import Table as PdfTable

from health.reports.document import Table, Tile
from health.reports.inks import INKS
from health.reports.pdf_text import (
    BODY,
    BOLD,
    CELL,
    CHART_TITLE,
    HEAD,
    MARGIN,
    NUMBER,
    NUMBER_HEAD,
    TILE_FIGURE,
    TILE_NAME,
    paragraph,
    printable,
)

WIDTH = A4[0] - 2 * MARGIN
_PADDING = 9.0
_NARROWEST = 55.0
_LINE = INKS["grid"].stroke
_SOFT = "#f4f6f9"
_EDGES = {"good": INKS["good"].fill, "bad": INKS["bad"].fill, "plain": _LINE}
_LOOK = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LINEBELOW", (0, 0), (-1, 0), 1, _LINE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, _LINE),
    ]
)


def table(table: Table) -> Iterator[Flowable]:
    """Yield the title and the table, or the title and why there is none."""
    yield paragraph(table.title, CHART_TITLE)
    if not table.rows:
        yield paragraph(table.empty, BODY)
        return
    head = [
        paragraph(text, NUMBER_HEAD if column in table.numeric else HEAD)
        for column, text in enumerate(table.heads)
    ]
    rows = [_row(row, table) for row in table.rows]
    yield LongTable(
        [head, *rows], colWidths=widths(table), repeatRows=1, style=_LOOK, hAlign="LEFT"
    )


def widths(table: Table) -> list[float]:
    """Return the width of each column in points: what its longest cell needs; wide ones share what is left."""
    fixed = {
        column: _needed(column, table)
        for column in range(len(table.heads))
        if column not in table.wide
    }
    room = max(WIDTH - sum(fixed.values()), _NARROWEST * len(table.wide))
    wide = {column: _needed(column, table) for column in table.wide}
    wanted = sum(wide.values())
    stretch = room / wanted if wanted > room else 1.0
    return [
        fixed[column] if column in fixed else wide[column] * stretch
        for column in range(len(table.heads))
    ]


def tiles(found: Sequence[Tile]) -> Flowable:
    """Return tiles side by side, each with an edge in its tone."""
    gap = 8.0
    width = (WIDTH - gap * (len(found) - 1)) / len(found)
    cells: list[Any] = []
    look: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    for number, tile in enumerate(found):
        column = 2 * number
        cells += [_tile(tile), ""]
        look += [
            ("BACKGROUND", (column, 0), (column, 0), _SOFT),
            ("LINEBEFORE", (column, 0), (column, 0), 3, _EDGES[tile.tone]),
        ]
    return PdfTable(
        [cells[:-1]],
        colWidths=([width, gap] * len(found))[:-1],
        style=TableStyle(look),
        hAlign="LEFT",
        spaceBefore=4,
    )


def _tile(tile: Tile) -> list[Flowable]:
    return [
        paragraph(tile.name, TILE_NAME),
        paragraph(tile.figure, TILE_FIGURE),
        paragraph(tile.note, TILE_NAME),
    ]


def _row(row: Sequence[str], table: Table) -> list[Flowable]:
    return [
        paragraph(cell, NUMBER if column in table.numeric else CELL)
        for column, cell in enumerate(row)
    ]


def _needed(column: int, table: Table) -> float:
    cells = (row[column] for row in table.rows)
    longest = max(
        (stringWidth(printable(cell), CELL.fontName, CELL.fontSize) for cell in cells), default=0.0
    )
    head = stringWidth(printable(table.heads[column]), BOLD, HEAD.fontSize)
    # A hair more: a text that just fits would be broken by the last digit of a double.
    return float(max(longest, head)) + _PADDING + 0.1
