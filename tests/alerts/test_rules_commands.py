"""rules_export, rules_plan and rules_apply."""

import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from alerts.defaults import load_defaults
from alerts.models import AlertRule, RuleVersion
from alerts.services import create_rule

pytestmark = pytest.mark.django_db

HOT = """\
rules:
- rule_name: hot
  metric_name: cpu
  condition: ">"
  threshold: 90
"""
Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> str:
        path = tmp_path / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


@pytest.fixture
def hot() -> AlertRule:
    return create_rule(
        {"rule_name": "hot", "metric_name": "cpu", "condition": ">", "threshold": 80.0}, by="bo"
    )


def run(command: str, *arguments: str, **options: Any) -> tuple[int, str]:
    """Return the exit code and what was written."""
    written = StringIO()
    code = 0
    try:
        call_command(command, *arguments, stdout=written, **options)
    except SystemExit as left:
        code = int(left.code or 0)
    return code, written.getvalue()


def test_the_default_rules_are_exported_and_planned_without_a_change(write: Write) -> None:
    load_defaults()

    _, text = run("rules_export")

    code, shown = run("rules_plan", write(text), "--prune")
    assert (code, shown) == (
        0,
        f"0 to create, 0 to change, 0 to delete, {AlertRule.objects.count()} as the file has them.\n",
    )


def test_the_export_leaves_out_what_is_default(hot: AlertRule, tmp_path: Path) -> None:
    path = tmp_path / "out.yaml"

    run("rules_export", str(path))

    assert path.read_text().partition("rules:\n")[2] == (
        "- rule_name: hot\n  metric_name: cpu\n  condition: '>'\n  threshold: 80\n"
    )


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"out\.yaml"):
        run("rules_export", str(tmp_path / "missing" / "out.yaml"))


def test_the_plan_shows_what_would_change_and_leaves_with_2(hot: AlertRule, write: Write) -> None:
    create_rule({"rule_name": "old", "metric_name": "cpu", "threshold": 5.0}, by="bo")
    text = HOT + '- {rule_name: new, metric_name: "cpu", condition: "<", threshold: 1}\n'

    code, shown = run("rules_plan", write(text), "--prune")

    assert code == 2
    assert shown == (
        "+ new\n"
        '    metric_name: "cpu"\n'
        '    condition: "<"\n'
        "    threshold: 1.0\n"
        "~ hot (version 1)\n"
        "    threshold: 80.0 -> 90.0\n"
        "- old (version 1)\n"
        '    metric_name: "cpu"\n'
        "    threshold: 5.0\n"
        "1 to create, 1 to change, 1 to delete, 0 as the file has them.\n"
    )
    assert AlertRule.objects.get(rule_name="hot").threshold == 80


def test_the_plan_is_coloured(hot: AlertRule, write: Write) -> None:
    _, shown = run("rules_plan", write(HOT), force_color=True)

    assert "\x1b[" in shown.splitlines()[0]
    assert "\x1b[" not in shown.splitlines()[-1]


def test_rules_that_are_kept_are_counted(hot: AlertRule, write: Write) -> None:
    code, shown = run("rules_plan", write("rules: []"))

    assert (code, shown) == (
        0,
        (
            "0 to create, 0 to change, 0 to delete, 0 as the file has them."
            " 1 that it does not name are kept; --prune deletes them.\n"
        ),
    )


@pytest.mark.parametrize("command", ["rules_plan", "rules_apply"])
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("rules:\n- a: [", [":2: expected the node content"]),
        ("rules:\n- {}", [":2: a rule without a name: rule_name: This field is required."]),
        (
            "rules:\n- rule_name: a\n  metric: cpu\n  condition: '>'\n  threshold: high\n",
            [":5: a: threshold: A valid number is required."],
        ),
        (
            "rules:\n- name: a\n  metric: c p u\n  condition: '>'\n  threshold: 1\n",
            [":3: a: metric_name: a metric name has letters"],
        ),
        (HOT + "  treshold: 1\n", [":6: hot: treshold: This field is not known."]),
        (
            HOT + "  threshold_overrides:\n  - labels: {host: a}\n    threshold: x\n",
            [":6: hot: threshold_overrides: entry 1: threshold: A valid number is required."],
        ),
        (HOT + HOT.partition("\n")[2], [":6: hot stands in line 2 too"]),
        (
            HOT + "  aggregation: avg\n- {rule_name: b, expression: gone}\n",
            [
                ":2: hot: window_seconds: avg needs a window in seconds",
                ":7: b: expression: there is no rule named gone",
            ],
        ),
        (HOT + "  recovery_threshold: 95\n", [":6: hot: recovery_threshold: what fires above 90"]),
    ],
)
def test_every_mistake_is_named_with_file_line_rule_and_field(
    write: Write, command: str, text: str, problems: list[str]
) -> None:
    path = write(text)

    with pytest.raises(CommandError) as caught:
        run(command, path, "--yes") if command == "rules_apply" else run(command, path)

    lines = str(caught.value).splitlines()
    assert len(lines) == len(problems)
    for line, problem in zip(lines, problems, strict=True):
        assert line.startswith(path + problem)
    assert not AlertRule.objects.exists()


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff")

    for path in (tmp_path / "missing", binary):
        with pytest.raises(CommandError, match=str(path)):
            run("rules_plan", str(path))


def test_a_refusal_that_is_about_another_rule_is_told_too(hot: AlertRule, write: Write) -> None:
    create_rule({"rule_name": "both", "expression": "hot"}, by="bo")

    with pytest.raises(CommandError, match="hot cannot be deleted: it is named by both"):
        run("rules_plan", write("rules: [{rule_name: both, expression: hot}]"), "--prune")


def test_applying_changes_the_rules_and_names_the_file(hot: AlertRule, write: Write) -> None:
    code, shown = run("rules_apply", write(HOT), "--yes", "--by", "ana")

    assert (code, shown.splitlines()[-1]) == (0, "Applied.")
    assert AlertRule.objects.get().threshold == 90
    newest = RuleVersion.objects.get(version=2)
    assert (newest.changed_by, newest.note) == ("ana", "applied from rules.yaml")


def test_applying_twice_changes_nothing_the_second_time(write: Write) -> None:
    run("rules_apply", write(HOT), "--yes")

    code, shown = run("rules_apply", write(HOT), "--yes")

    assert (code, "Applied." in shown) == (0, False)
    assert RuleVersion.objects.count() == 1


def test_a_dry_run_is_a_plan(hot: AlertRule, write: Write) -> None:
    code, _ = run("rules_apply", write(HOT), "--dry-run", "--yes")

    assert (code, AlertRule.objects.get().threshold) == (2, 80)


def test_nothing_is_applied_where_nobody_can_be_asked(
    hot: AlertRule, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("y\n"))

    with pytest.raises(CommandError, match="--yes"):
        run("rules_apply", write(HOT))

    assert AlertRule.objects.get().threshold == 80


@pytest.mark.parametrize(
    ("answer", "threshold"), [("y", 90), (" YES ", 90), ("n", 80), ("", 80), ("yep", 80)]
)
def test_a_person_is_asked(
    hot: AlertRule, write: Write, monkeypatch: pytest.MonkeyPatch, answer: str, threshold: float
) -> None:
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr("builtins.input", lambda _question: answer)

    if threshold == 90:
        run("rules_apply", write(HOT))
    else:
        with pytest.raises(CommandError, match="not applied"):
            run("rules_apply", write(HOT))

    assert AlertRule.objects.get().threshold == threshold


@pytest.mark.parametrize("command", ["rules_export", "rules_plan", "rules_apply"])
def test_the_help_says_what_the_exit_codes_mean(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command(command, "--help")

    assert "Exit codes: 0" in " ".join(capsys.readouterr().out.split())
