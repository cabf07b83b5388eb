"""What a chaos run may conclude from the ledger and from what arrived."""

import pytest

from chaos.verdict import Row, judge, quantile


def row(key: str, status: str = "sent", *, in_doubt: bool = False, waited: float = 0.1) -> Row:
    took = waited + 0.1 if status == "sent" else None
    return Row(key, status, in_doubt, waited, took)


def test_what_was_sent_and_arrived_once_is_in_order() -> None:
    verdict = judge([row("a"), row("b")], ["b", "a"], unaccounted=0)

    assert (verdict.rows, verdict.arrived, verdict.lost) == (2, 2, 0)
    assert (verdict.duplicates, verdict.unknown, verdict.duplicate_share) == (0, 0, 0.0)


def test_a_row_called_sent_that_never_arrived_is_lost() -> None:
    assert judge([row("a"), row("b")], ["a"], unaccounted=0).lost == 1


@pytest.mark.parametrize("status", ["pending", "leased", "held"])
def test_what_is_still_owed_at_the_end_is_lost(status: str) -> None:
    assert judge([row("a", status)], [], unaccounted=0).lost == 1


@pytest.mark.parametrize("status", ["superseded", "suppressed", "failed", "dead"])
def test_what_is_final_with_a_reason_is_not_lost(status: str) -> None:
    assert judge([row("a", status)], [], unaccounted=0).lost == 0


def test_a_transition_without_a_row_is_lost() -> None:
    assert judge([], [], unaccounted=3).lost == 3


def test_repeats_are_counted_and_those_in_doubt_are_labelled() -> None:
    rows = [row("a", in_doubt=True), row("b")]

    verdict = judge(rows, ["a", "a", "a", "b", "b"], unaccounted=0)

    assert (verdict.duplicates, verdict.labelled_duplicates) == (3, 2)
    assert verdict.duplicate_share == 1.5


def test_what_arrived_without_a_row_is_unknown_and_labelled_by_nobody() -> None:
    verdict = judge([row("a")], ["a", "forged", "forged"], unaccounted=0)

    assert (verdict.unknown, verdict.duplicates, verdict.labelled_duplicates) == (1, 1, 0)


def test_times_are_of_those_that_were_tried() -> None:
    rows = [row(str(number), waited=float(number)) for number in reversed(range(201))]
    rows.append(Row("never", "superseded", in_doubt=False, waited_seconds=None, took_seconds=None))
    rows.append(Row("no receipt", "sent", in_doubt=False, waited_seconds=None, took_seconds=None))

    verdict = judge(rows, [str(number) for number in range(201)], unaccounted=0)

    assert (verdict.first_try_p50, verdict.first_try_p99) == (100.0, 198.0)
    assert (verdict.first_try_worst, verdict.receipt_worst) == (200.0, 200.1)


def test_a_run_in_which_nothing_happened_took_no_time() -> None:
    verdict = judge([], [], unaccounted=0)

    assert (verdict.first_try_p50, verdict.first_try_worst, verdict.receipt_worst) == (0, 0, 0)
    assert verdict.duplicate_share == 0


def test_nothing_has_no_quantile() -> None:
    assert quantile([], 0.5) == 0.0


def test_the_whole_is_at_or_below_the_greatest_value() -> None:
    assert quantile([1.0, 2.0, 3.0], 1.0) == 3.0
