"""How the house is kept: sizes, names, and nothing that only one machine has."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from config.celery import app as celery_app

ROOT = Path(__file__).resolve().parents[2]
APPS = ("alerts", "blockchain", "config", "fraud", "health", "mlmodels", "monitoring", "sales")
MAX_LINES = 250
VAGUE = {"utils", "helpers", "common", "core", "misc"}


def tracked(pattern: str) -> list[Path]:
    """Files that git knows or would add, without those it ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def python_files() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def test_no_file_is_longer_than_one_duty_needs() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }

    assert too_long == {}


def test_no_module_has_a_vague_name() -> None:
    vague = [
        str(path.relative_to(ROOT)) for path in python_files() if VAGUE & {path.stem, *path.parts}
    ]

    assert vague == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if (text := path.read_text(encoding="utf-8").strip())
        and not re.match(r'(#!.*\n)?r?"""', text)
    ]

    assert silent == []


@pytest.mark.parametrize("app", [app for app in APPS if (ROOT / app / "models").is_dir()])
def test_every_app_with_tables_has_migrations(app: str) -> None:
    assert (ROOT / app / "migrations" / "__init__.py").is_file()


@pytest.mark.parametrize(
    ("app", "forbidden"),
    [
        (app, re.compile(r"^\s*(from|import) config\b", re.MULTILINE))
        for app in APPS
        if app != "config"
    ],
)
def test_nobody_imports_the_composition_root(app: str, forbidden: re.Pattern[str]) -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.is_relative_to(ROOT / app) and forbidden.search(path.read_text(encoding="utf-8"))
    ]

    assert guilty == []


def test_no_tracked_file_names_a_path_or_a_host_of_one_machine() -> None:
    found = []
    for path in tracked("*"):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if str(ROOT) in text or re.search(r"\.\./shar[e]d|index-ur[l]", text):
            found.append(str(path.relative_to(ROOT)))

    assert found == []


def test_every_task_of_the_schedule_exists_and_has_a_queue() -> None:
    celery_app.loader.import_default_modules()
    missing = [task for task, _ in settings.PERIODIC_TASKS.values() if task not in celery_app.tasks]

    assert missing == []
