"""What apps offer is found by the name of a module, in our apps alone."""

from monitoring.registry import offered


def test_each_app_that_has_the_module_is_asked_in_order() -> None:
    names = [module.__name__ for module in offered("defaults")]

    assert names == ["monitoring.defaults", "alerts.defaults", "health.defaults"]


def test_a_module_that_nobody_has_is_no_error() -> None:
    assert list(offered("nothing_of_the_kind")) == []
