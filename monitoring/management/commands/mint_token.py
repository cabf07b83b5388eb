"""Prints a token for the API, signed with this installation's secret."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.api.claims import InvalidClaimsError, identity_of
from monitoring.api.roles import Role
from monitoring.api.tokens import minted

_LONGEST_HOURS = 24 * 366


def hours(text: str) -> timedelta:
    """Return the life of a token; none lives for more than a year."""
    try:
        value = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number of hours") from None
    if not 0 < value <= _LONGEST_HOURS:
        raise ArgumentTypeError(f"must be more than 0 and at most {_LONGEST_HOURS} hours")
    return timedelta(hours=value)


class Command(BaseCommand):
    """Only the token goes to standard output, so that a script can take it."""

    help = (
        'Print a token for the API: curl -H "Authorization: Bearer $(manage.py mint_token --user me)" ... '
        "Works with JWT_SECRET (HS256); with a public key, tokens come from whoever holds the private one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say who the token is for and how long it lives."""
        parser.add_argument("--user", required=True, help="who the token speaks for (claim userId)")
        parser.add_argument(
            "--role", choices=[role.value for role in Role], default=Role.USER.value
        )
        parser.add_argument(
            "--permissions",
            nargs="*",
            default=[],
            metavar="NAME",
            help="single rights beyond the role",
        )
        parser.add_argument("--service", help="the service whose metrics the token may push")
        parser.add_argument(
            "--hours", type=hours, default=timedelta(hours=24), help="how long it lives (24)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the token. Raises CommandError where the API would refuse it, or this installation only verifies."""
        _check_key()
        at = timezone.now()
        claims: dict[str, Any] = {
            "userId": options["user"],
            "role": options["role"],
            "permissions": options["permissions"],
            "iat": int(at.timestamp()),
            "exp": int((at + options["hours"]).timestamp()),
        }
        if options["service"]:
            claims["service"] = options["service"]
        try:
            identity_of(claims, at=at, ahead_seconds=0)
        except InvalidClaimsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(minted(claims))


def _check_key() -> None:
    if settings.JWT_ALGORITHM != "HS256":
        raise CommandError(
            f"tokens are verified with {settings.JWT_ALGORITHM} here: only the holder of the private key can sign"
        )
    if not settings.JWT_SECRET:
        raise CommandError("JWT_SECRET is not set: there is nothing to sign with")
