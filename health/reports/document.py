"""A report as headings, figures, tables and charts, before it is known in which format; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from health.reports.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that stands out; `tone` is good, bad or plain, and its words say the same."""

    name: str
    figure: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under heads; the first column names the row, `wide` ones take what room is left."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    wide: frozenset[int] = frozenset({0})
    empty: str = ""
    """Said in place of a table without rows."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence or two."""

    text: str


Block = Sequence[Tile] | Table | Drawing | Remark


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. `definitions` are (figure, what it means) in the order of their reading; `issuer` made it."""

    title: str
    subtitle: str
    sections: Sequence[Section]
    definitions: Sequence[tuple[str, str]] = field(default_factory=tuple)
    issuer: str = ""
