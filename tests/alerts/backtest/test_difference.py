"""What changes with a new version of a rule."""

from alerts.backtest.difference import Change, Difference, difference
from tests.alerts.backtest.episodes_text import alert


def test_equal_replays_differ_in_nothing() -> None:
    episodes = [alert(0, 5), alert(10, host="b")]

    assert difference(episodes, list(episodes)) == Difference(2, [], [], [])


def test_what_only_one_version_raises_is_gone_or_new() -> None:
    before = [alert(0, 5), alert(20, 25)]
    after = [alert(20, 25), alert(30, 35), alert(0, 5, host="b")]

    assert difference(before, after) == Difference(
        1, [], [alert(0, 5)], [alert(0, 5, host="b"), alert(30, 35)]
    )


def test_an_alert_that_fires_later_or_longer_is_changed() -> None:
    found = difference([alert(0, 10)], [alert(5, 12)])

    assert found == Difference(0, [Change([alert(0, 10)], alert(5, 12), 300.0, 120.0)], [], [])


def test_each_end_alone_makes_a_change() -> None:
    assert len(difference([alert(0, 10)], [alert(0, 9)]).changed) == 1
    assert len(difference([alert(0, 10)], [alert(1, 10)]).changed) == 1


def test_many_alerts_that_become_one_long_one_are_one_change() -> None:
    before = [alert(0, 2), alert(4, 6), alert(8, 10), alert(30, 31)]

    found = difference(before, [alert(0, 20)])

    assert found.changed == [Change(before[:3], alert(0, 20), 0.0, 600.0)]
    assert found.gone == [alert(30, 31)]


def test_one_alert_that_falls_apart_belongs_to_the_first() -> None:
    found = difference([alert(0, 20)], [alert(0, 5), alert(10, 20)])

    assert found.gone == found.new == []
    assert [change.after for change in found.changed] == [alert(0, 5), alert(10, 20)]
    assert [change.fires_later_seconds for change in found.changed] == [0.0, 600.0]


def test_one_that_belongs_to_the_first_already_is_left_out_of_the_next() -> None:
    found = difference([alert(0, 10), alert(12, 20)], [alert(0, 5), alert(8, 20)])

    assert [change.before for change in found.changed] == [[alert(0, 10)], [alert(12, 20)]]
    assert found.changed[1].fires_later_seconds == -240.0


def test_the_order_in_which_alerts_are_given_does_not_matter() -> None:
    before = [alert(60, 61), alert(30, 31), alert(8, 10), alert(0, 2)]

    found = difference(before, [alert(50, 51), alert(0, 20), alert(40, 41)])

    assert found.changed == [Change([alert(0, 2), alert(8, 10)], alert(0, 20), 0.0, 600.0)]
    assert found.gone == [alert(30, 31), alert(60, 61)]
    assert found.new == [alert(40, 41), alert(50, 51)]


def test_alerts_that_only_touch_do_not_belong_together() -> None:
    found = difference([alert(0, 5)], [alert(5, 10)])

    assert (found.gone, found.new) == ([alert(0, 5)], [alert(5, 10)])


def test_an_alert_that_is_never_over_has_no_end_to_compare() -> None:
    (change,) = difference([alert(0, 10)], [alert(2)]).changed

    assert (change.fires_later_seconds, change.resolves_later_seconds) == (120.0, None)
    assert difference([alert(2)], [alert(0, 10)]).changed[0].resolves_later_seconds is None
