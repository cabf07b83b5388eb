"""The fixed text of an exposition: everything but the numbers, which are all that changes from scrape to scrape.

Pure: no Django, no clock, no database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.exposition.families import Exposition, Family
from monitoring.exposition.text import number_text

# Returns the HELP and TYPE lines of a family, told which other names there are.
Heading = Callable[[Family, str, frozenset[str]], str]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Pieces of text with a number between each two: `places` says which of the values."""

    pieces: list[str]
    places: NDArray[np.int64]

    def render(self, values: NDArray[np.float64]) -> str:
        """Return the exposition with these values."""
        parts = [""] * (2 * len(self.pieces) - 1)
        parts[0::2] = self.pieces
        parts[1::2] = map(number_text, values[self.places].tolist())
        return "".join(parts)


def layout_of(
    exposition: Exposition, help_texts: Mapping[str, str], heading: Heading, *, end: str
) -> Layout:
    """Return the text of families whose samples hold places of values in place of the values."""
    names = frozenset(family.name for family in exposition.families)
    pieces: list[str] = []
    places: list[int] = []
    before = ""
    for family in exposition.families:
        before += heading(family, help_texts.get(family.name, ""), names)
        for name, labels, place in family.samples:
            pieces.append(f"{before}{name}{{{labels}}} ")
            places.append(int(place))
            before = "\n"
    return Layout([*pieces, before + end], np.array(places, np.int64))


def comments(left_out: Mapping[str, int]) -> str:
    """Return what an exposition leaves out, as lines that no scraper reads."""
    return "".join(f"# {n} series left out: {why}\n" for why, n in sorted(left_out.items()))
