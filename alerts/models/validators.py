"""What a field of a rule may hold; the admin, the API and the loader of defaults meet here."""

import math
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

MAX_LABELS = 32
MAX_LABEL_NAME = 64
MAX_LABEL_VALUE = 256
MAX_ANNOTATION = 2_000
LONGEST_HOLD_SECONDS = 7 * 86_400
LONGEST_WINDOW_SECONDS = 86_400
MAX_OVERRIDES = 100
LONGEST_COOLDOWN_MINUTES = 24 * 60

metric_name = RegexValidator(
    re.compile(r"\A[a-zA-Z_:][a-zA-Z0-9_:.]*\Z"),
    "a metric name has letters, digits, underscores, colons and dots, and starts with none of digit and dot",
)


def finite(value: float) -> None:
    """Refuse NaN and the infinities: no value of a metric ever crosses them."""
    if not math.isfinite(value):
        raise ValidationError("the threshold must be a finite number")


def matchers(value: Any) -> None:
    """Refuse anything but a flat map of label names to texts, within the limits of labels."""
    _flat_map_of_text(value, longest_value=MAX_LABEL_VALUE)
    if len(value) > MAX_LABELS:
        raise ValidationError(f"at most {MAX_LABELS} labels")
    for name in value:
        if not 0 < len(name) <= MAX_LABEL_NAME:
            raise ValidationError(f"a label name has 1 to {MAX_LABEL_NAME} characters")


def annotations(value: Any) -> None:
    """Refuse anything but a flat map of text to text, such as summary, description, runbook_url."""
    _flat_map_of_text(value, longest_value=MAX_ANNOTATION)


def threshold_overrides(value: Any) -> None:
    """Refuse anything but a list of `{"labels": {...}, "threshold": 1.5}`, `recovery_threshold` if need be."""
    if not isinstance(value, list):
        raise ValidationError("must be a list")
    if len(value) > MAX_OVERRIDES:
        raise ValidationError(f"at most {MAX_OVERRIDES} overrides")
    for number, override in enumerate(value, start=1):
        try:
            _override(override)
        except ValidationError as error:
            raise ValidationError(f"override {number}: {error.message}") from error


def _override(value: Any) -> None:
    if not isinstance(value, dict) or not {"labels", "threshold"} <= set(value):
        raise ValidationError("needs labels and threshold")
    unknown = set(value) - {"labels", "threshold", "recovery_threshold"}
    if unknown:
        raise ValidationError(f"unknown: {', '.join(sorted(map(str, unknown)))}")
    matchers(value["labels"])
    if not value["labels"]:
        raise ValidationError("needs at least one label")
    for name in ("threshold", "recovery_threshold"):
        number = value.get(name, 0.0)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValidationError(f"{name}: must be a number")
        finite(number)


def _flat_map_of_text(value: Any, *, longest_value: int) -> None:
    if not isinstance(value, dict):
        raise ValidationError("must be an object of texts")
    for name, text in value.items():
        if not isinstance(text, str):
            raise ValidationError(f"{name}: must be a text")
        if len(text) > longest_value:
            raise ValidationError(f"{name}: at most {longest_value} characters")
        # PostgreSQL cannot keep a NUL inside JSON: it would answer with an error of its own.
        if "\x00" in name or "\x00" in text:
            raise ValidationError("NUL characters are not allowed")
