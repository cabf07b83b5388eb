"""How the suite is divided among workers: files stay whole, and what takes long comes first."""

import pytest

from tests.parallel import WholeFiles, place_of


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/alerts/test_state.py::test_one[a::b]", "tests/alerts/test_state.py"),
        ("tests/alerts/test_state.py::TestIt::test_one", "tests/alerts/test_state.py"),
        ("tests/browser/test_console.py::test_one", "tests/browser/"),
        ("tests/browser/test_status_page.py::test_one", "tests/browser/"),
    ],
)
def test_a_file_is_one_unit_and_all_of_the_browser_another(nodeid: str, unit: str) -> None:
    assert WholeFiles.unit_of(nodeid) == unit


def test_real_processes_come_first_the_longest_before_the_others() -> None:
    files = [
        "tests/alerts/test_state.py",
        "tests/browser/test_console.py",
        "tests/chaos/test_short_run.py",
        "tests/chaos/test_verdict.py",
        "tests/pipeline/test_silence.py",
    ]

    ordered = sorted(files, key=place_of)

    assert [file.split("/")[1] for file in ordered] == [
        "chaos",
        "pipeline",
        "browser",
        "alerts",
        "chaos",
    ]
