"""Writes of silences: every one has an owner, a reason and an end that is not far away."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from alerts.errors import SilenceEndedError, SilenceNotFoundError
from alerts.models import Silence
from alerts.routing import matcher_format
from alerts.services.muting_words import limited_end, required_text
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

LONGEST_OWNER = 255
LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class SilenceTerms:
    """What is muted, for how long, by whom and why. Without `starts_at` it begins at once."""

    matchers: Any
    ends_at: datetime
    owner: str
    reason: str
    starts_at: datetime | None = None


def create_silence(terms: SilenceTerms, *, by: str, at: datetime) -> Silence:
    """Mute what matches; a begin in the past is now, since nobody can mute what was sent already.

    Raises InvalidInputError for matchers that cannot be used or mute everything, for a missing owner or reason, and
    for an end that is not after the begin or further away than SILENCE_LONGEST.
    """
    starts_at = max(terms.starts_at or at, at)
    silence = Silence.objects.create(
        matchers=matcher_format.to_json(matcher_format.from_json(terms.matchers)),
        starts_at=starts_at,
        ends_at=checked_end(terms.ends_at, starts_at, at=at),
        owner=required_text("owner", terms.owner, LONGEST_OWNER),
        reason=required_text("reason", terms.reason, LONGEST_REASON),
    )
    logger.info("silence created", extra=_facts(silence, by))
    return silence


def update_silence(
    silence_id: UUID, changes: Mapping[str, Any], *, by: str, at: datetime
) -> Silence:
    """Change `ends_at`, `owner` or `reason`; what it matches stays, so that its history stays true.

    A later end counts from now, so that somebody decides anew. Raises SilenceNotFoundError, SilenceEndedError once
    it is over, or InvalidInputError.
    """
    unknown = sorted(set(changes) - {"ends_at", "owner", "reason"})
    if unknown:
        raise InvalidInputError(f"cannot be changed: {', '.join(unknown)}; end it and make another")
    with transaction.atomic():
        silence = _hold(silence_id)
        if silence.ends_at <= at:
            raise SilenceEndedError(f"silence {silence_id} ended at {silence.ends_at.isoformat()}")
        if "ends_at" in changes:
            silence.ends_at = checked_end(changes["ends_at"], silence.starts_at, at=at)
        if "owner" in changes:
            silence.owner = required_text("owner", changes["owner"], LONGEST_OWNER)
        if "reason" in changes:
            silence.reason = required_text("reason", changes["reason"], LONGEST_REASON)
        silence.save(update_fields=["ends_at", "owner", "reason"])
    logger.info("silence changed", extra=_facts(silence, by))
    return silence


def end_silence(silence_id: UUID, *, by: str, at: datetime) -> Silence:
    """Mute no longer; one that has not begun never will. A repeat changes nothing.

    Raises SilenceNotFoundError.
    """
    with transaction.atomic():
        silence = _hold(silence_id)
        if silence.ends_at <= at:
            return silence
        silence.starts_at, silence.ends_at = min(silence.starts_at, at), at
        silence.ended_by = by[:LONGEST_OWNER]
        silence.save(update_fields=["starts_at", "ends_at", "ended_by"])
    logger.info("silence ended", extra=_facts(silence, by))
    return silence


def checked_end(ends_at: datetime, starts_at: datetime | None, *, at: datetime) -> datetime:
    """Return the end of a silence that begins, or holds already, at `starts_at`, counted from `at` at the earliest.

    Raises InvalidInputError if it is not after that, or further away than SILENCE_LONGEST.
    """
    start = max(starts_at or at, at)
    return limited_end("ends_at", ends_at, start, settings.SILENCE_LONGEST)


def _hold(silence_id: UUID) -> Silence:
    silence = Silence.objects.select_for_update().filter(pk=silence_id).first()
    if silence is None:
        raise SilenceNotFoundError(f"no silence {silence_id}")
    return silence


def _facts(silence: Silence, by: str) -> dict[str, str]:
    return {"silence": str(silence.pk), "until": silence.ends_at.isoformat(), "by": by}
