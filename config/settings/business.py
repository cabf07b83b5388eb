"""Business figures: where they come from beside the samples that services push."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from django.core.exceptions import ImproperlyConfigured

from config import env


def _queries(path: str) -> dict[str, str]:
    """Return SQL by figure from a YAML file; which figures there are is checked by `manage.py check`."""
    if not path:
        return {}
    try:
        held = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ImproperlyConfigured(f"BUSINESS_SQL_FILE cannot be read: {error.strerror}") from None
    except yaml.YAMLError:
        raise ImproperlyConfigured(f"BUSINESS_SQL_FILE {path} is no YAML") from None
    is_mapping = isinstance(held, dict)
    if not is_mapping or not all(isinstance(text, str) for pair in held.items() for text in pair):
        raise ImproperlyConfigured("BUSINESS_SQL_FILE must map names of figures to SQL")
    return held


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ImproperlyConfigured(
            f"BUSINESS_TIME_ZONE must be a time zone such as Europe/Berlin, not {name!r}"
        ) from None


# The platform's own database, read with SELECT alone; empty: figures come from samples only.
BUSINESS_DATABASE_URL = env.secret("BUSINESS_DATABASE_URL", "")
# One SELECT for each figure, see docs/business-sql.example.yaml.
BUSINESS_SQL = _queries(env.text("BUSINESS_SQL_FILE", ""))
BUSINESS_QUERY_TIMEOUT = env.duration("BUSINESS_QUERY_TIMEOUT", timedelta(seconds=5))
BUSINESS_MAX_ROWS = env.integer("BUSINESS_MAX_ROWS", 1_000, at_least=1)
BUSINESS_INTERVAL = env.duration("BUSINESS_INTERVAL", timedelta(minutes=5))
# Where a day begins at midnight, a week on Monday and a month on its first.
BUSINESS_TIME_ZONE = _zone(env.text("BUSINESS_TIME_ZONE", "UTC"))
