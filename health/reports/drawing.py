"""A chart as shapes, before it is known whether it goes into HTML or PDF; pure.

Lengths are in points, y grows downwards. A shape names its ink; what an ink looks like is in `inks`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; the title is what a pointer over it says."""

    x: float
    y: float
    width: float
    height: float
    ink: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: Sequence[Point]
    ink: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text on a base line; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    ink: str = "label"


Shape = Box | Stroke | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its name, what it shows in words, and its shapes."""

    title: str
    summary: str
    """For who cannot see it; the table beside it has the numbers."""
    width: float
    height: float
    shapes: Sequence[Shape] = field(default_factory=tuple)
