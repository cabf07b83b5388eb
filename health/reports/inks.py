"""What charts are painted with: colours that differ for the colour-blind and, as lightness, on a grey printer; pure.

Blue, orange and vermilion of Okabe and Ito. Nothing is told by colour alone: bars that miss a target carry their
number, lines differ in their dashes and are named at their end.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ink:
    """A fill and a stroke as #rrggbb, empty for none; dashes and width in points, for strokes on white."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dashes: tuple[float, ...] = ()


TEXT_SIZE = 7.5

INKS: Mapping[str, Ink] = {
    "label": Ink(fill="#3d4653"),
    "value": Ink(fill="#14181f"),
    "grid": Ink(stroke="#d5dbe3", width=0.5),
    "axis": Ink(stroke="#6b7684", width=0.75),
    "good": Ink(fill="#0072b2"),
    "bad": Ink(fill="#d55e00", stroke="#7a3600", width=0.75),
    "unmeasured": Ink(fill="#ffffff", stroke="#8a94a1", width=0.5, dashes=(2, 2)),
    "amount": Ink(fill="#7fb6d9"),
    "target": Ink(stroke="#14181f", width=1.0, dashes=(5, 3)),
    "limit": Ink(stroke="#14181f", width=1.5),
    "first": Ink(stroke="#0072b2", width=1.6),
    "second": Ink(stroke="#b8720a", width=1.6, dashes=(6, 2)),
    "third": Ink(stroke="#a83f00", width=1.6, dashes=(2, 2)),
    "first-dot": Ink(fill="#0072b2"),
    "second-dot": Ink(fill="#b8720a"),
    "third-dot": Ink(fill="#a83f00"),
}
