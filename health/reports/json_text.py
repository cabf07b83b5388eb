"""A report as JSON: the frozen data themselves, always in the same order; pure."""

import json
from collections.abc import Mapping
from typing import Any


def as_json(data: Mapping[str, Any]) -> bytes:
    """Return the data as indented UTF-8 text with sorted keys: the same data are the same bytes."""
    text = json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()
