"""Pytest plugin: how `pytest -n N` divides the suite among its workers.

A file is the unit: what its tests share is made once. Without -n everything runs in one process, as it was collected.
"""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# These keep a processor busy by themselves, so one worker runs them one after another.
_ONE_AT_A_TIME = ("tests/browser/",)
# Started last they would leave the other workers idle: real processes, which mostly wait.
_FIRST = ("tests/chaos/test_short_run.py", "tests/pipeline/", "tests/browser/", "tests/config/")


class WholeFiles(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Hands out files in the order of collection; some directories as if they were one file."""

    @staticmethod
    def unit_of(nodeid: str) -> str:
        """Return the name of the unit that the test belongs to."""
        together = (unit for unit in _ONE_AT_A_TIME if nodeid.startswith(unit))
        return next(together, nodeid.partition("::")[0])

    def _split_scope(self, nodeid: str) -> str:
        """Return the same; xdist asks by this name."""
        return self.unit_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    """Divide by files whatever --dist says; the order is ours, not that of the number of tests."""
    config.option.loadscopereorder = False
    return WholeFiles(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Let coverage measure the workers, and not what tests start: that would be slower, and is killed."""
    if not config.getoption("numprocesses", None) or "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, in a worker."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place_of(item.nodeid))


def place_of(nodeid: str) -> int:
    """Return the place of a test among the long ones; the others keep their order behind them."""
    return next((at for at, start in enumerate(_FIRST) if nodeid.startswith(start)), len(_FIRST))
