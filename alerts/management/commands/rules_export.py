"""Writes the rules as YAML: `manage.py rules_export > rules.yaml`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.rule_fields import without_defaults
from alerts.rules_file import render
from alerts.services.rule_sets import present_fields


class Command(BaseCommand):
    """Print what rules_apply reads, by name and without what is default anyway."""

    help = "Write all alert rules as YAML, for rules_plan and rules_apply. Exit codes: 0 written, 1 not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", nargs="?", default="-", help="where to; - for standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file."""
        text = render([without_defaults(fields) for fields in present_fields()])
        if options["file"] == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["file"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(str(error)) from error
