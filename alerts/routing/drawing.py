"""The dependency graph as coordinates: what is needed stands above what needs it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from alerts.routing.inhibition import DependencyGraph, place

BOX_WIDTH = 120
BOX_HEIGHT = 30
_GAP = 16
_LAYER_HEIGHT = 92
_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A service or store; `x` and `y` are of its upper left corner, in units of the picture."""

    name: str
    x: float
    y: float
    standing: str
    """`cause` while it fires and hides others, `hidden` while something hides it, else `quiet`."""

    @property
    def middle(self) -> float:
        """Return the middle from left to right."""
        return self.x + BOX_WIDTH / 2

    @property
    def base(self) -> float:
        """Return the line on which its name stands."""
        return self.y + BOX_HEIGHT / 2 + 4


@dataclass(frozen=True, slots=True)
class Line:
    """From the lower edge of what is needed to the upper edge of what needs it."""

    x1: float
    y1: float
    x2: float
    y2: float
    enabled: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of `width` by `height` units."""

    width: float
    height: float
    boxes: list[Box]
    lines: list[Line]


Edge = tuple[str, str, bool]
"""Dependent, upstream, and whether it counts."""


def drawing(edges: Sequence[Edge], others: Iterable[str], causes: Collection[str]) -> Drawing:
    """Return the graph with every place of `edges` and `others`, in layers by how much each needs.

    `causes` are the places at which something fires that hides what needs them.
    """
    counting = DependencyGraph((dependent, upstream) for dependent, upstream, on in edges if on)
    drawn = DependencyGraph((dependent, upstream) for dependent, upstream, _ in edges)
    places = drawn.places | {place(name) for name in others}
    layers = _layers(drawn, places)
    widest = max((len(layer) for layer in layers), default=0)
    width = 2 * _MARGIN + widest * (BOX_WIDTH + _GAP)
    at = {place(name) for name in causes}
    boxes = {
        name: Box(name, x, _MARGIN + depth * _LAYER_HEIGHT, _standing(name, at, counting))
        for depth, layer in enumerate(layers)
        for name, x in zip(layer, _spread(len(layer), width), strict=True)
    }
    lines = [_line(boxes[place(up)], boxes[place(down)], enabled=on) for down, up, on in edges]
    height = 2 * _MARGIN + max(len(layers) - 1, 0) * _LAYER_HEIGHT + BOX_HEIGHT
    return Drawing(width, height, list(boxes.values()), lines)


def _layers(graph: DependencyGraph, places: Collection[str]) -> list[list[str]]:
    """Return the places by the longest way up from them; those of a circle stand side by side."""
    depths: dict[str, int] = {}
    # Whoever is upstream has fewer upstream of it, so that its own depth is known before it is asked for.
    for name in sorted(places, key=lambda each: (len(graph.upstream_of(each)), each)):
        above = [depths[each] for each in graph.upstream_of(name)]
        depths[name] = max(above, default=-1) + 1
    layers: dict[int, list[str]] = defaultdict(list)
    for name, depth in depths.items():
        layers[depth].append(name)
    return [sorted(layers[depth]) for depth in sorted(layers)]


def _spread(number: int, width: float) -> list[float]:
    step = (width - 2 * _MARGIN) / number
    return [round(_MARGIN + step * (place + 0.5) - BOX_WIDTH / 2, 1) for place in range(number)]


def _standing(name: str, causes: Collection[str], graph: DependencyGraph) -> str:
    if graph.upstream_of(name) & set(causes):
        return "hidden"
    return "cause" if name in causes else "quiet"


def _line(upstream: Box, dependent: Box, *, enabled: bool) -> Line:
    return Line(
        upstream.middle, upstream.y + BOX_HEIGHT, dependent.middle, dependent.y, enabled=enabled
    )
