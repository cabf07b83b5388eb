"""The file of queries and the time zone of business figures: what cannot be used stops the start and is named."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from config.settings.business import _queries, _zone
from sales.business.figures import QUERY_NAMES

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "business-sql.example.yaml"


def test_without_a_file_there_are_no_queries() -> None:
    assert _queries("") == {}


def test_the_example_is_a_file_of_queries_for_figures_that_exist() -> None:
    queries = _queries(str(EXAMPLE))

    assert queries.keys() <= QUERY_NAMES
    assert "coalesce(sum(amount_cents), 0)" in queries["revenue_month"]
    assert yaml.safe_load(EXAMPLE.read_text(encoding="utf-8")) == queries


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- SELECT 1", "must map names"),
        ("venues_total: 7", "must map names"),
        ("7: SELECT 1", "must map names"),
        ("venues_total: {", "is no YAML"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "queries.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ImproperlyConfigured, match=message):
        _queries(str(file))


def test_an_empty_file_holds_no_queries(tmp_path: Path) -> None:
    file = tmp_path / "queries.yaml"
    file.write_text("# later\n", encoding="utf-8")

    assert _queries(str(file)) == {}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="BUSINESS_SQL_FILE cannot be read"):
        _queries(str(tmp_path / "absent"))


def test_a_time_zone_has_a_name_that_is_known() -> None:
    assert _zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "+02:00"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BUSINESS_TIME_ZONE must be a time zone"):
        _zone(name)
