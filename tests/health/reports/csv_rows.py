"""The CSV of a report, read back."""

import csv
import io
from typing import Any

from health.reports.formats import FORMATS


def rows(data: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FORMATS["csv"].render(data, "x").decode(), newline="")))
