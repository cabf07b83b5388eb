"""Creates the first person who may use the admin."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction


class Command(BaseCommand):
    """A password on the command line would stand in the list of processes, so it comes from the environment."""

    help = "Create a superuser with the password from the environment (ADMIN_PASSWORD); leave an existing one alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say who."""
        parser.add_argument("--username", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create the user unless there is one, and say which. Raises CommandError without a password."""
        users = get_user_model().objects
        username: str = options["username"]
        if users.filter(username=username).exists():
            self._say_exists(username)
            return
        if not settings.ADMIN_PASSWORD:
            raise CommandError(f"set ADMIN_PASSWORD to create the superuser {username}")
        try:
            with transaction.atomic():
                users.create_superuser(username=username, password=settings.ADMIN_PASSWORD)
        except IntegrityError:  # another process was faster
            self._say_exists(username)
            return
        self.stdout.write(f"superuser {username} created")

    def _say_exists(self, username: str) -> None:
        self.stdout.write(f"superuser {username} exists and was left as it is")
