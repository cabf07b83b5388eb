"""Caught mails as .eml files in one directory: bounded, and there again after a restart."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

_NAME = re.compile(r"(\d{8}T\d{12})-\d{6}")
_TIME = "%Y%m%dT%H%M%S%f"


class MailFiles:
    """Names sort by arrival, so the newest `limit` files are the last ones."""

    def __init__(self, directory: Path, limit: int) -> None:
        self._directory = directory
        self._limit = limit

    def load(self) -> Iterator[tuple[str, bytes]]:
        """Yield id and bytes of each kept mail, oldest first; other files are left alone."""
        for path in self._paths()[-self._limit :]:
            yield path.stem, path.read_bytes()

    def save(self, mail_id: str, raw: bytes) -> None:
        """Keep a mail, whole or not at all, and let go of the oldest beyond the limit.

        Raises OSError if the directory cannot be written.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        half = self._directory / f"{mail_id}.part"
        half.write_bytes(raw)
        half.replace(self._directory / f"{mail_id}.eml")
        self._delete(self._paths()[: -self._limit])

    def clear(self) -> None:
        """Delete every kept mail."""
        self._delete(self._paths())

    def _paths(self) -> list[Path]:
        return sorted(p for p in self._directory.glob("*.eml") if _NAME.fullmatch(p.stem))

    @staticmethod
    def _delete(paths: list[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)


class MailNames:
    """Hands out ids that sort by arrival, also where two mails share a microsecond."""

    def __init__(self) -> None:
        self._sequence = count()

    def name(self, received_at: datetime) -> str:
        """Return the id of a mail that arrived at this instant."""
        moment = received_at.astimezone(UTC).strftime(_TIME)
        return f"{moment}-{next(self._sequence) % 1_000_000:06d}"


def received_at(mail_id: str) -> datetime:
    """Return the instant that an id was made for."""
    return datetime.strptime(mail_id.partition("-")[0], _TIME).replace(tzinfo=UTC)
