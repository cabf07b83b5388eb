"""Makes the rules those of a file: `manage.py rules_apply rules.yaml`."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from alerts.management.rules_command import EXIT_CODES, RulesCommand, RulesFile, read_rules
from alerts.rule_changes import SetPlan
from alerts.services.rule_sets import apply_rules, plan_rules
from monitoring.errors import DomainError


class Command(RulesCommand):
    """Show the plan, ask, and carry it out in one transaction."""

    help = (
        "Create, change and, with --prune, delete rules so that they are those of the file: all or none. "
        f"Each change makes a version that names the file. {EXIT_CODES}"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, --prune, --dry-run, --yes and --by."""
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--by", default="rules_apply", help="who changes them, for the versions"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what the plan says, once somebody has agreed to it."""
        file = read_rules(options["file"])
        try:
            plan = plan_rules(file.wanted, prune=options["prune"])
            self.show(plan)
            if plan.is_empty:
                return
            if options["dry_run"]:
                sys.exit(2)
            if not options["yes"]:
                self._ask()
            self._apply(file, plan, options)
        except DomainError as error:
            raise file.problem(error) from error

    def _apply(self, file: RulesFile, plan: SetPlan, options: Mapping[str, Any]) -> None:
        apply_rules(
            file.wanted,
            prune=options["prune"],
            by=options["by"],
            at=timezone.now(),
            note=f"applied from {Path(file.path).name}",
            shown=plan,
        )
        self.stdout.write(self.style.SUCCESS("Applied."))

    def _ask(self) -> None:
        if not sys.stdin.isatty():
            raise CommandError("nobody is there to ask: pass --yes to apply without asking")
        if input("Apply? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("not applied")
