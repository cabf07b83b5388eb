"""python -m config.up.prepare: the management commands of a start, in one Django process.

Starting Python and Django costs more than the commands themselves, so they
share one process. Tokens go to files that only their owner can read.
"""

import argparse
import io
import sys
from datetime import datetime
from pathlib import Path

import django
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.celery import app
from config.supervisor.files import PRIVATE, replace_file

_TOKEN_HOURS = 24
_DEMO_TOKEN_HOURS = 24 * 365
_ORDER_SECONDS = 600
_FIRST_WORK = ("monitoring.collect_system", "monitoring.collect_databases", "health.probe_services")


def main() -> None:
    """Bring the database up to date, fill it, collect static files, mint tokens, order first work."""
    parser = argparse.ArgumentParser(prog="python -m config.up.prepare", description=__doc__)
    parser.add_argument("--admin-token", type=Path, required=True, metavar="FILE")
    parser.add_argument("--demo-token", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    django.setup()
    call_command("check")  # a server would start with settings that contradict each other
    call_command("migrate", interactive=False, verbosity=1)
    call_command("load_defaults")
    call_command("ensure_admin", "--username=admin")
    call_command("collectstatic", interactive=False, verbosity=0)
    admin = mint(role="admin", user="demo", hours=_TOKEN_HOURS)
    replace_file(options.admin_token, admin, mode=PRIVATE)
    pusher = mint(role="monitoring", user="demo-platform", hours=_DEMO_TOKEN_HOURS)
    replace_file(options.demo_token, pusher, mode=PRIVATE)
    order_first_work(at=timezone.now())


def mint(*, role: str, user: str, hours: int) -> str:
    """Return a token as the command `mint_token` prints it.

    Empty where this installation only verifies tokens: somebody else holds
    the private key.
    """
    output = io.StringIO()
    try:
        call_command(
            "mint_token", f"--role={role}", f"--user={user}", f"--hours={hours}", stdout=output
        )
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
    return output.getvalue().strip()


def order_first_work(*, at: datetime) -> None:
    """Ask for samples and probes of this very instant: nobody wants to wait for beat's first tick."""
    for task in _FIRST_WORK:
        app.send_task(task, kwargs={"slot": at.isoformat()}, expires=_ORDER_SECONDS)


if __name__ == "__main__":
    main()
