"""Fields that take a JSON value of their own type only."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers


class Number(serializers.FloatField):
    """A JSON number: neither true, which Python counts as 1, nor a text that looks like one."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; a value of another type is a validation error."""
        if isinstance(data, bool | str):
            self.fail("invalid")
        try:
            return super().to_internal_value(data)
        except OverflowError:  # a whole number of hundreds of digits, as YAML may hold
            self.fail("invalid")


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number; a value of another type is a validation error."""
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Exact(serializers.DecimalField):
    """A number without the error of binary fractions: a JSON number, or a text of the digits that JSON knows."""

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the number; a text in other scripts' digits is a validation error."""
        if isinstance(data, str) and not data.isascii():
            self.fail("invalid")
        number: Decimal = super().to_internal_value(data)
        return number


class Switch(serializers.BooleanField):
    """true or false, nothing that merely reads like it."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the value; anything else is a validation error."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
