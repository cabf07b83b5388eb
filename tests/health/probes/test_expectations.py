"""What an HTTP answer has to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.probes.expectations import check_statuses, is_expected, keyword_fault


@pytest.mark.parametrize(
    ("status", "statuses", "expected"),
    [
        (199, "", False),
        (200, "", True),
        (299, "", True),
        (300, "", False),
        (401, "200-299,401", True),
        (400, "200-299,401", False),
        (402, "200-299,401", False),
        (204, "204", True),
        (200, "204", False),
        (599, "500-599", True),
    ],
)
def test_a_status_is_expected_if_a_range_holds_it(
    status: int, statuses: str, *, expected: bool
) -> None:
    assert is_expected(status, statuses) is expected


@pytest.mark.parametrize(
    "text", ["", "200", "200-299", "100,599", "200-200", " 200 - 299 , 401 ", "503,200-204"]
)
def test_a_list_of_statuses_is_taken_without_blanks(text: str) -> None:
    assert check_statuses(text) == text.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "2xx",
        "99",
        "600",
        "1000",
        "200-",
        "-299",
        "299-200",
        "200,,201",
        ",",
        "200;201",
        "٢٠٠",
        "0200",
    ],
)
def test_another_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"statuses|ends before"):
        check_statuses(text)


@given(st.integers(100, 599), st.integers(100, 599))
def test_every_status_of_a_range_is_expected(first: int, last: int) -> None:
    low, high = min(first, last), max(first, last)

    statuses = check_statuses(f"{low}-{high}")

    assert is_expected(low, statuses)
    assert is_expected(high, statuses)
    assert not is_expected(low - 1, statuses)
    assert not is_expected(high + 1, statuses)


@pytest.mark.parametrize(
    ("body", "keyword", "is_unwanted", "fault"),
    [
        ("all good", "good", False, ""),
        ("all bad", "good", False, "the keyword is missing"),
        ("all bad", "bad", True, "the answer holds the unwanted keyword"),
        ("all good", "bad", True, ""),
        ("anything", "", False, ""),
        ("anything", "", True, ""),
    ],
)
def test_a_keyword_is_wanted_or_unwanted(
    body: str, keyword: str, *, is_unwanted: bool, fault: str
) -> None:
    assert keyword_fault(body, keyword, is_unwanted=is_unwanted) == fault
