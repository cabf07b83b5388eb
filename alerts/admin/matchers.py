"""Matchers in the admin: one line each, as people write them."""

import json
from typing import Any

from django import forms

from alerts.routing import matcher_format
from monitoring.errors import InvalidInputError

HELP = (
    "One line for each, all must match: service_name=payment-service, severity=~warning|info. "
    "Known are the labels of the series, and service_name, rule, severity."
)


class MatchersField(forms.CharField):
    """Lines such as `rule=service_down`; its value is the list that rows keep."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea({"rows": 4, "cols": 60, "placeholder": "rule=service_down"})
        super().__init__(widget=widget, help_text=HELP, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the matchers as JSON; a line that cannot be read is a validation error that names it."""
        text = super().clean(value)
        try:
            return matcher_format.to_json(matcher_format.from_text(text))
        except InvalidInputError as error:
            raise forms.ValidationError(error.message) from error

    def prepare_value(self, value: Any) -> Any:
        """Return the lines to edit; what was typed in comes back as it was."""
        return shown(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the lines mean, not how they are written."""
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


def shown(raw: list[Any]) -> str:
    """Return the matchers of a row as lines; one that cannot be read, as it is."""
    try:
        return matcher_format.to_text(matcher_format.from_json(raw))
    except InvalidInputError:
        return json.dumps(raw, ensure_ascii=False)
