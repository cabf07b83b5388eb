"""Shows what applying a rule file would change: `manage.py rules_plan rules.yaml`."""

import sys
from typing import Any

from alerts.management.rules_command import EXIT_CODES, RulesCommand, read_rules
from alerts.services.rule_sets import plan_rules
from monitoring.errors import DomainError


class Command(RulesCommand):
    """Compare a file with the rules that there are; nothing is written."""

    help = f"Show what rules_apply would change, and every mistake of the file. {EXIT_CODES}"

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the plan; leave with 2 if it changes anything."""
        file = read_rules(options["file"])
        try:
            plan = plan_rules(file.wanted, prune=options["prune"])
        except DomainError as error:
            raise file.problem(error) from error
        self.show(plan)
        if not plan.is_empty:
            sys.exit(2)
