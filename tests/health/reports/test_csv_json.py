"""CSV and JSON: a row for each thing measured, no formula that a spreadsheet runs, one order."""

import json

import pytest

from health.reports.csv_text import cell
from health.reports.formats import FORMATS
from tests.health.reports.csv_rows import rows
from tests.health.reports.samples import performance_data, sla_data


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("a=1", "a=1"),
        (-1.5, -1.5),
        (None, ""),
        (True, "true"),
        (False, "false"),
    ],
)
def test_no_spreadsheet_runs_a_cell(value: object, written: object) -> None:
    assert cell(value) == written


def test_a_csv_of_sla_has_a_row_for_each_thing_measured() -> None:
    data = sla_data()
    data["services"][2]["downtimes"][0]["reason"] = '=cmd|" /C calc"!A0'

    found = rows(data)

    assert [row["row"] for row in found].count("slice") == 93
    assert [row["row"] for row in found].count("period") == 3
    (period,) = [row for row in found if row["row"] == "period" and row["service"] == "payment"]
    assert (period["uptime_percent"], period["down_ms"], period["met"]) == (
        "99.878133",
        "3150000",
        "false",
    )
    (downtime,) = [row for row in found if row["row"] == "downtime"]
    assert (downtime["down_ms"], downtime["note"]) == ("3150000", '\'=cmd|" /C calc"!A0')
    (planned,) = [row for row in found if row["row"] == "maintenance"]
    assert (planned["maintenance_ms"], planned["down_ms"]) == ("7200000", "")


def test_a_csv_of_performance_has_endpoints_services_and_slices() -> None:
    kinds = [row["row"] for row in rows(performance_data(endpoints=4))]

    assert {kind: kinds.count(kind) for kind in kinds} == {"service": 2, "slice": 62, "endpoint": 4}


def test_json_is_the_data_in_one_order() -> None:
    data = sla_data()
    text = FORMATS["json"].render(dict(reversed(data.items())), "x")

    assert json.loads(text) == data
    assert text == FORMATS["json"].render(data, "x")
    assert text.endswith(b"}\n")
