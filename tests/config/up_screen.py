"""A screen that is no terminal, as in a pipe, and what was written on it."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from config.up.installation import Installation


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation with nothing in it but the folder of its logs."""
    (tmp_path / "logs").mkdir()
    return Installation(root=tmp_path, data_dir=tmp_path)


@pytest.fixture
def screen() -> Console:
    """A screen that remembers."""
    return Console(file=io.StringIO(), width=120)


def shown(console: Console) -> str:
    """Return what was written."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
