"""Tables of sales."""

from sales.models.business_figure import BusinessFigure

__all__ = ["BusinessFigure"]
