"""The type of a PDF report: fonts that travel in the file, so that it looks alike everywhere."""

from html import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from health.reports.inks import INKS

MARGIN = 48.0
# Bitstream Vera comes with reportlab. The fonts that a PDF may leave to its reader are replaced by wider ones where
# that has none, and then columns run into each other.
FONT, BOLD = "Vera", "VeraBd"
for _name in (FONT, BOLD):
    registerFont(TTFont(_name, f"{_name}.ttf"))
for _is_bold, _name in enumerate((FONT, BOLD)):
    for _is_italic in (0, 1):
        addMapping(FONT, _is_bold, _is_italic, _name)
_GLYPHS = frozenset(getFont(FONT).face.charToGlyph)

_TEXT, _QUIET = INKS["value"].fill, INKS["label"].fill
BODY = ParagraphStyle("body", fontName=FONT, fontSize=8.5, leading=12, textColor=_TEXT)
TITLE = ParagraphStyle("title", BODY, fontName=BOLD, fontSize=18, leading=23)
HEADING = ParagraphStyle(
    "heading",
    BODY,
    fontName=BOLD,
    fontSize=13,
    leading=17,
    spaceBefore=12,
    spaceAfter=6,
    keepWithNext=1,
)
CHART_TITLE = ParagraphStyle(
    "chart title", BODY, fontName=BOLD, fontSize=8.5, spaceBefore=4, spaceAfter=3, keepWithNext=1
)
TERM = ParagraphStyle("term", BODY, spaceAfter=6)
CELL = ParagraphStyle("cell", BODY, fontSize=7, leading=9.5, splitLongWords=True)
NUMBER = ParagraphStyle("number", CELL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", CELL, fontName=BOLD, textColor=_QUIET)
NUMBER_HEAD = ParagraphStyle("number head", HEAD, alignment=TA_RIGHT)
TILE_NAME = ParagraphStyle("tile name", BODY, fontSize=7, leading=10, textColor=_QUIET)
TILE_FIGURE = ParagraphStyle("tile figure", BODY, fontName=BOLD, fontSize=11, leading=15)


def printable(text: str) -> str:
    """Return the text with a question mark for each sign that the fonts lack; HTML and JSON have it whole."""
    return "".join(sign if ord(sign) in _GLYPHS else "?" for sign in text)


def paragraph(text: str, style: ParagraphStyle, *, lead: str = "") -> Paragraph:
    """Return the text as a paragraph in which nothing is markup; `lead` stands before it in bold."""
    before = f"<b>{escape(printable(lead))}</b> " if lead else ""
    return Paragraph(before + escape(printable(text)), style)
