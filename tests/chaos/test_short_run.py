"""A short chaos run: nothing is lost while processes are killed. `make chaos` is the long one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.pipeline
@pytest.mark.timeout(300)
def test_nothing_is_lost_while_processes_are_killed(tmp_path: Path) -> None:
    """It runs as its own process, with engines of its own, as `make chaos` does."""
    counts = ("--notifications", "300", "--faults", "10", "--series", "30")
    options = ("--quiet", "6", "--quick", "--seed", "7", "--history", f"{tmp_path}/history.jsonl")
    outcome = subprocess.run(
        [sys.executable, "-m", "chaos", *counts, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=270,
    )

    said = outcome.stdout + outcome.stderr
    result = json.loads((tmp_path / "history.jsonl").read_text())
    assert result["settled"], said
    assert sum(result["faults"].values()) >= 10
    assert result["whole"]["arrived"] >= 300
    assert (result["whole"]["lost"], result["whole"]["unknown"]) == (0, 0), said
    assert result["whole"]["duplicates"] == result["whole"]["labelled_duplicates"], said
