"""What an objective allowed and what was spent of it, exactly."""

from decimal import Decimal

import pytest

from health.reports.budgets import Budget


def budget(good: int, total: int, target: str = "99.9") -> Budget:
    return Budget("payment", "availability", "ms", Decimal(target), good, total)


@pytest.mark.parametrize(
    ("good", "total", "compliance", "remaining", "met"),
    [
        (0, 0, None, None, None),
        (1_000_000, 1_000_000, "100", "100", True),
        (999_500, 1_000_000, "99.95", "50", True),
        (999_000, 1_000_000, "99.9", "0", True),
        (998_999, 1_000_000, "99.8999", "-0.1", False),
        (999_999, 1_000_000, "99.9999", "99.9", True),
        (299_999_999, 300_000_000, "99.999999", "99.999666", True),
        (0, 1_000, "0", "-99900", False),
    ],
)
def test_a_budget_by_hand(
    good: int, total: int, compliance: str | None, remaining: str | None, *, met: bool | None
) -> None:
    found = budget(good, total)

    assert found.compliance_percent == (None if compliance is None else Decimal(compliance))
    assert found.remaining_percent == (None if remaining is None else Decimal(remaining))
    assert found.met is met


def test_one_bad_event_of_very_many_is_never_rounded_away() -> None:
    assert budget(10**12 - 1, 10**12).compliance_percent == Decimal("99.999999")


def test_a_target_of_all_leaves_no_budget_to_have_a_share_of() -> None:
    assert budget(9, 10, "100").remaining_percent is None
