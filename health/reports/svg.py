"""A drawing as SVG for an HTML page: classes for inks, a title and a description for who cannot see it; pure."""

from html import escape

from health.reports.drawing import Box, Drawing, Shape, Stroke, Words


def as_svg(drawing: Drawing, *, name: str) -> str:
    """Return the `<svg>` element; `name` is its id on the page, and the same drawing is always the same text."""
    shapes = "".join(map(_element, drawing.shapes))
    return (
        f'<svg class="chart" viewBox="0 0 {_number(drawing.width)} {_number(drawing.height)}" role="img" '
        f'aria-labelledby="{name}-title {name}-summary">'
        f'<title id="{name}-title">{escape(drawing.title)}</title>'
        f'<desc id="{name}-summary">{escape(drawing.summary)}</desc>{shapes}</svg>'
    )


def _element(shape: Shape) -> str:
    if isinstance(shape, Box):
        return _box(shape)
    if isinstance(shape, Stroke):
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
        return f'<polyline class="ink-{shape.ink}" points="{points}"/>'
    return _words(shape)


def _box(box: Box) -> str:
    title = f"<title>{escape(box.title)}</title>" if box.title else ""
    return (
        f'<rect class="ink-{box.ink}" x="{_number(box.x)}" y="{_number(box.y)}" '
        f'width="{_number(box.width)}" height="{_number(box.height)}">{title}</rect>'
    )


def _words(words: Words) -> str:
    return (
        f'<text class="ink-{words.ink}" x="{_number(words.x)}" y="{_number(words.y)}" '
        f'text-anchor="{words.anchor}">{escape(words.text)}</text>'
    )


def _number(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")
