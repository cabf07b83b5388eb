"""What the commands about rule files share: reading the file, naming the line of each mistake, showing the plan."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts import serializers
from alerts.rule_changes import FieldChange, RuleChange, SetPlan
from alerts.rules_file import FileRule, RulesFileError, parse
from alerts.serializers.rules import ALIASES
from monitoring.errors import DomainError

EXIT_CODES = (
    "Exit codes: 0 nothing to change, or all was applied; 1 refused, and nothing was changed; "
    "2 there is something to change (as argparse has it, also a wrong command line)."
)


@dataclass(frozen=True, slots=True)
class RulesFile:
    """The rules of one file, each checked by itself, and where they stand."""

    path: str
    wanted: Sequence[Mapping[str, Any]]
    rules: Mapping[str, FileRule]

    def problem(self, error: DomainError) -> CommandError:
        """Return a refusal by the service with the lines that it is about."""
        named = {name: found for name, found in error.details.items() if name in self.rules}
        if not named:
            return CommandError(f"{self.path}: {error.message}")
        lines = [
            line for name in named for line in _problems(self.path, self.rules[name], named[name])
        ]
        return CommandError("\n".join(lines))


class RulesCommand(BaseCommand):
    """A command about one rule file."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and --prune."""
        parser.add_argument("file", help="YAML, as rules_export writes it")
        parser.add_argument(
            "--prune", action="store_true", help="delete rules that the file does not name"
        )

    def show(self, plan: SetPlan) -> None:
        """Write the plan: what comes in green, what changes in yellow, what goes in red."""
        for sign, style, changes in (
            ("+", self.style.SUCCESS, plan.create),
            ("~", self.style.WARNING, plan.change),
            ("-", self.style.ERROR, plan.delete),
        ):
            for change in changes:
                for line in _lines(sign, change):
                    self.stdout.write(style(line))
        self.stdout.write(_summary(plan))


def read_rules(path: str) -> RulesFile:
    """Return the rules of a file. Raises CommandError that names file, line, rule and field of each mistake."""
    try:
        found = parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
    except RulesFileError as error:
        raise CommandError(f"{path}:{error.line}: {error.problem}") from error
    wanted: list[Mapping[str, Any]] = []
    by_name: dict[str, FileRule] = {}
    problems: list[str] = []
    for rule in found:
        body = serializers.RuleInput(data=rule.fields)
        if not body.is_valid():
            problems += _problems(path, rule, body.errors)
            continue
        name = body.validated_data["rule_name"]
        if name in by_name:
            problems.append(f"{path}:{rule.line}: {name} stands in line {by_name[name].line} too")
        by_name[name] = rule
        wanted.append(body.validated_data)
    if problems:
        raise CommandError("\n".join(problems))
    return RulesFile(path, wanted, by_name)


def _problems(path: str, rule: FileRule, errors: Mapping[str, Any]) -> Iterator[str]:
    name = rule.fields.get("rule_name", rule.fields.get("name", "a rule without a name"))
    # Either spelling of a field may stand in the file; errors have the column's.
    lines = {ALIASES.get(written, written): line for written, line in rule.lines.items()}
    for field, found in errors.items():
        yield f"{path}:{lines.get(field, rule.line)}: {name}: {field}: {'; '.join(_texts(found))}"


def _texts(found: Any) -> Iterator[str]:
    """Return the messages of an error, however deep the frameworks put them."""
    if isinstance(found, Mapping):
        for name, each in found.items():
            # Of a list the frameworks name the places, from 0 on.
            place = f"entry {name + 1}" if isinstance(name, int) else name
            yield from (f"{place}: {text}" for text in _texts(each))
    elif isinstance(found, list | tuple):
        for each in found:
            yield from _texts(each)
    else:
        yield str(found)


def _lines(sign: str, change: RuleChange) -> Iterator[str]:
    version = "" if change.version is None else f" (version {change.version})"
    yield f"{sign} {change.name}{version}"
    for field in change.fields:
        if field.field != "rule_name":
            yield f"    {field.field}: {_shown(sign, field)}"


def _shown(sign: str, change: FieldChange) -> str:
    before, after = (
        json.dumps(value, ensure_ascii=False) for value in (change.before, change.after)
    )
    return {"+": after, "-": before}.get(sign, f"{before} -> {after}")


def _summary(plan: SetPlan) -> str:
    text = (
        f"{len(plan.create)} to create, {len(plan.change)} to change, {len(plan.delete)} to delete,"
        f" {len(plan.same)} as the file has them."
    )
    if plan.kept:
        text += f" {len(plan.kept)} that it does not name are kept; --prune deletes them."
    return text
