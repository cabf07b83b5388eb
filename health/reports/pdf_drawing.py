"""A drawing on a page of a PDF: the same shapes as in HTML, in the inks for white paper."""

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from health.reports.drawing import Box, Drawing, Shape, Stroke, Words
from health.reports.inks import INKS, TEXT_SIZE
from health.reports.pdf_text import FONT, printable


class Chart(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """A chart in the flow of a page."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.width, self.height = drawing.width, drawing.height
        self._drawing = drawing

    def draw(self) -> None:
        """Paint the shapes; the page's y grows upwards."""
        for shape in self._drawing.shapes:
            self.canv.saveState()
            _paint(self.canv, shape, self.height)
            self.canv.restoreState()


def _paint(canvas: Canvas, shape: Shape, height: float) -> None:
    if isinstance(shape, Box):
        _box(canvas, shape, height)
    elif isinstance(shape, Stroke):
        _stroke(canvas, shape, height)
    else:
        _words(canvas, shape, height)


def _box(canvas: Canvas, box: Box, height: float) -> None:
    filled, edged = _take(canvas, box.ink)
    bottom = height - box.y - box.height
    canvas.rect(box.x, bottom, box.width, box.height, fill=filled, stroke=edged)


def _stroke(canvas: Canvas, stroke: Stroke, height: float) -> None:
    _take(canvas, stroke.ink)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    (x, y), *others = stroke.points
    path.moveTo(x, height - y)
    for x, y in others:
        path.lineTo(x, height - y)
    canvas.drawPath(path, fill=0, stroke=1)


def _words(canvas: Canvas, words: Words, height: float) -> None:
    _take(canvas, words.ink)
    canvas.setFont(FONT, TEXT_SIZE)
    write = {
        "start": canvas.drawString,
        "middle": canvas.drawCentredString,
        "end": canvas.drawRightString,
    }[words.anchor]
    write(words.x, height - words.y, printable(words.text))


def _take(canvas: Canvas, name: str) -> tuple[int, int]:
    """Dip the pen; tell whether the ink fills and whether it strokes."""
    ink = INKS[name]
    if ink.fill:
        canvas.setFillColor(ink.fill)
    if ink.stroke:
        canvas.setStrokeColor(ink.stroke)
        canvas.setLineWidth(ink.width)
        canvas.setDash(list(ink.dashes))
    return int(bool(ink.fill)), int(bool(ink.stroke))
