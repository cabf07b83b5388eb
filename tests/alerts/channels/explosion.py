"""A library of template filters, one of which raises what it was given."""

from typing import NoReturn

from django import template

register = template.Library()


@register.filter
def explode(value: object) -> NoReturn:
    """Raise it."""
    raise RuntimeError(str(value))
