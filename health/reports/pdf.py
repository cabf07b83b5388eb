"""A report as PDF: A4, with a table of contents in its outline, and the same bytes for the same document."""

import io
from collections.abc import Iterator
from functools import partial

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer

from health.reports.document import Block, Document, Remark, Table
from health.reports.drawing import Drawing
from health.reports.inks import INKS
from health.reports.pdf_drawing import Chart
from health.reports.pdf_tables import table, tiles
from health.reports.pdf_text import BODY, CHART_TITLE, FONT, HEADING, MARGIN, TERM, TITLE, paragraph

_BOTTOM = 46.0
_ROOM_AFTER_HEADING = 150.0
"""A heading goes to the next page if less than this is left under it."""
_GAP = 10.0
_FRAME = 6.0
"""What the template adds to each margin."""


def as_pdf(document: Document) -> bytes:
    """Return the file. Made twice: the first time tells how many pages there are."""
    pages, _ = _made(document, pages=0)
    return _made(document, pages=pages)[1]


def _made(document: Document, *, pages: int) -> tuple[int, bytes]:
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN - _FRAME,
        rightMargin=MARGIN - _FRAME,
        topMargin=MARGIN - _FRAME,
        bottomMargin=_BOTTOM + 8,
        title=f"{document.title}, {document.subtitle}",
        author=document.issuer,
        subject=document.subtitle,
        creator=document.issuer,
        lang="en",
        displayDocTitle=1,
        # No clock and no random id in the file: two that were made of the same data are the same.
        invariant=1,
    )
    foot = partial(_foot, document=document, pages=pages)
    template.build(list(_flowables(document)), onFirstPage=foot, onLaterPages=foot)
    return template.page, file.getvalue()


def _flowables(document: Document) -> Iterator[Flowable]:
    yield paragraph(document.title, TITLE)
    yield paragraph(document.subtitle, BODY)
    for number, section in enumerate(document.sections):
        yield CondPageBreak(_ROOM_AFTER_HEADING)
        yield _Mark(section.title, f"s{number}")
        yield paragraph(section.title, HEADING)
        for block in section.blocks:
            yield from _block(block)
            yield Spacer(0, _GAP)
    yield CondPageBreak(_ROOM_AFTER_HEADING)
    yield _Mark("What the figures mean", "definitions")
    yield paragraph("What the figures mean", HEADING)
    yield from (_definition(figure, meaning) for figure, meaning in document.definitions)


def _block(block: Block) -> Iterator[Flowable]:
    if isinstance(block, Table):
        yield from table(block)
    elif isinstance(block, Drawing):
        yield paragraph(block.title, CHART_TITLE)
        yield Chart(block)
    elif isinstance(block, Remark):
        yield paragraph(block.text, BODY)
    else:
        yield tiles(block)


def _definition(figure: str, meaning: str) -> Paragraph:
    return paragraph(meaning, TERM, lead=f"{figure}:")


class _Mark(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """A place that the outline of the file leads to; it takes no room, and stays with its heading."""

    keepWithNext = 1  # noqa: N815 - the name that reportlab reads

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Take no room."""
        return 0.0, 0.0

    def draw(self) -> None:
        """Enter the place into the outline."""
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self._title, self._key, level=0)


def _foot(canvas: Canvas, template: SimpleDocTemplate, *, document: Document, pages: int) -> None:
    """Write what the file is and which page of how many this is."""
    canvas.saveState()
    canvas.setFont(FONT, 7)
    canvas.setFillColor(INKS["label"].fill)
    width, _ = A4
    canvas.drawString(MARGIN, _BOTTOM - 14, f"{document.title}, {document.subtitle}"[:110])
    canvas.drawRightString(width - MARGIN, _BOTTOM - 14, f"Page {template.page} of {pages}")
    canvas.setStrokeColor(INKS["grid"].stroke)
    canvas.line(MARGIN, _BOTTOM - 3, width - MARGIN, _BOTTOM - 3)
    canvas.restoreState()
