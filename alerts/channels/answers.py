"""HTTP as every channel speaks it: one request under the deadline, and what an answer means for the message."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings

from alerts.channels.base import DeliveryError
from alerts.channels.concealment import conceal
from monitoring.outbound import (
    Answer,
    Deadline,
    ForbiddenTargetError,
    NoAnswerError,
    UnreachableError,
    request,
)

# Providers answer in a few hundred bytes; what is longer is no answer of theirs.
LONGEST_ANSWER_BYTES = 65_536
_QUOTED_CHARACTERS = 200
# Refusals that are about this moment and not about this message.
_TEMPORARY = frozenset({408, 425, 429})
_NAMES_A_TIME = frozenset({429, 503})


def ask(
    url: str,
    *,
    deadline: Deadline,
    headers: Mapping[str, str],
    body: bytes | None = None,
    method: str = "POST",
    longest_answer: int = LONGEST_ANSWER_BYTES,
) -> Answer:
    """Send one request and return its answer, of whatever status. Raises DeliveryError without one."""
    try:
        return request(
            method,
            url,
            body=body,
            headers={"User-Agent": user_agent(), **headers},
            deadline=deadline,
            max_body_bytes=longest_answer,
            allowed_hosts=settings.OUTBOUND_ALLOWED_HOSTS,
        )
    except ForbiddenTargetError as error:
        raise DeliveryError(str(error), permanent=True) from error
    except UnreachableError as error:
        raise DeliveryError(str(error)) from error
    except NoAnswerError as error:
        raise DeliveryError(str(error), in_doubt=True) from error


def user_agent() -> str:
    """Return how this service names itself to others."""
    return f"{settings.SERVICE_NAME}/{settings.SERVICE_VERSION}"


def refusal(
    status: int, headers: Mapping[str, str], said: str, *, at: datetime, permanent: bool = True
) -> DeliveryError:
    """Return what an answer that is no 2xx means.

    408, 425, 429 and 5xx are temporary; 429 and 503 may name a time. Everything else is permanent,
    a redirect too: who follows one can be sent to an address inside our network. `permanent` False
    makes such an answer temporary, for providers that say more than their status does. The names
    in `headers` are in lower case.
    """
    temporary = status in _TEMPORARY or status >= 500
    wait = None
    if status in _NAMES_A_TIME:
        wait = retry_after_seconds(headers.get("retry-after", ""), at=at)
    return DeliveryError(
        quote(status, said), permanent=permanent and not temporary, retry_after_seconds=wait
    )


def text_of(answer: Answer) -> str:
    """Return the body as text; bytes that are none are replaced."""
    return answer.body.decode("utf-8", "replace")


def quote(status: int, said: str) -> str:
    """Return what was said for the ledger, on one line and not for ever."""
    visible = visible_line(said)
    return f"HTTP {status}: {visible}" if visible else f"HTTP {status}"


def visible_line(said: str) -> str:
    """Return the beginning of a text on one line, with nothing invisible and no secret in it."""
    line = " ".join(conceal(said).split())
    return "".join(sign for sign in line if sign.isprintable())[:_QUOTED_CHARACTERS]


def retry_after_seconds(text: str, *, at: datetime) -> float | None:
    """Return the wait that a Retry-After header asks for at `at`, in seconds, None if it is unreadable.

    Source: RFC 9110, 10.2.3: a number of seconds or a date.
    """
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - at).total_seconds())
