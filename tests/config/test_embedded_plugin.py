"""The pytest plugin that gives every run of the suite its engines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import os
from pathlib import Path

def test_probe(engines):
    assert os.environ["REDIS_PORT"] == str(engines.valkey.port)
    assert engines.valkey.is_ready()
    Path("seen").write_text(f"{engines.data_dir} {engines.valkey.pid}")
"""


def run_pytest(
    directory: Path, *arguments: str, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run pytest there with the plugin and without Django."""
    (directory / "test_probe.py").write_text(PROBE)
    alone = ["-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *alone, "-p", "tests.engines", "-rs", *arguments],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory for the run, with a place for its temporary files."""
    (tmp_path / "tmp").mkdir()
    return tmp_path


def test_engines_live_as_long_as_the_run(directory: Path) -> None:
    named = {"DB_HOST": "db.example", "KAFKA_BROKERS": "", "TMPDIR": str(directory / "tmp")}
    done = run_pytest(directory, **named)
    assert done.returncode == 0, done.stdout
    data_dir, pid = (directory / "seen").read_text().split()
    assert Path(data_dir).parent == directory / "tmp"
    assert not Path(data_dir).exists()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    "flag", ["--collect-only", "--help", "--version", "--fixtures", "--markers"]
)
def test_a_run_that_only_looks_starts_nothing(directory: Path, flag: str) -> None:
    impossible = str(directory / "no" / "such" / "directory")
    done = run_pytest(directory, flag, TMPDIR=impossible, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stderr
    assert list((directory / "tmp").iterdir()) == []


def test_external_engines_are_left_alone_and_tests_of_ours_skip(directory: Path) -> None:
    external = {"DB_HOST": "db.example", "REDIS_HOST": "cache.example", "KAFKA_BROKERS": ""}
    done = run_pytest(directory, TMPDIR=str(directory / "tmp"), **external)
    assert "1 skipped" in done.stdout
    assert "the engines of this run are external" in done.stdout
    assert not (directory / "seen").exists()


def test_each_worker_has_a_valkey_of_its_own(directory: Path) -> None:
    """What is named in the environment is shared; the process that hands out tests starts the rest of it."""
    (directory / "test_other.py").write_text(PROBE.replace('"seen"', '"also-seen"'))
    named = {"DB_HOST": "db.example", "KAFKA_BROKERS": "", "TMPDIR": str(directory / "tmp")}

    done = run_pytest(directory, "-n", "2", "-p", "tests.parallel", **named)

    assert "2 passed" in done.stdout, done.stdout + done.stderr
    (one_dir, one), (other_dir, other) = (
        (directory / name).read_text().split() for name in ("seen", "also-seen")
    )
    assert (one_dir, one) != (other_dir, other)
    assert list((directory / "tmp").glob("tickettoken-*")) == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in (one, other))
