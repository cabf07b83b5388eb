"""What an app's `panels.py` gives to the operations page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """One box of the operations page, drawn by its own template.

    `order` sorts the page: alerts 10, watched services 20, the service itself 30; a new panel picks a number
    between. `context` is all that the template sees, and holds plain values: a template runs no query.
    `announce` is read out by screen readers when it changes, such as "2 alerts fire"; leave it empty for
    figures that move all the time. `badge` is the number that the browser tab shows, 0 for nothing to do.
    """

    title: str
    order: int
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    wide: bool = False
    announce: str = ""
    badge: int = 0


# `panels.py` offers a list of these: each is asked for its panel at the instant `at`.
PanelMaker = Callable[[datetime], Panel]
