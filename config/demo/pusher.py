"""Pushes the batches of the outbox to the monitoring service, one after the other, in order."""

import asyncio
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from config.demo.outbox import Batch, Outbox
from config.demo.retry import Outcome, Verdict, backoff_seconds, judge, samples_stored

PATH = "/api/v1/monitoring/metrics"
TIMEOUT = aiohttp.ClientTimeout(total=15.0)
SHOWN_ANSWER_CHARACTERS = 300

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Figures:
    """What the pusher has done since the start."""

    batches: int = 0
    samples: int = 0
    refused: int = 0
    """Samples that were refused for good, alone or with their whole batch."""
    last_answer: str = "none yet"
    last_answer_at: datetime | None = None


class Pusher:
    """The single sender: a batch leaves the outbox once it is stored or finally refused."""

    def __init__(self, outbox: Outbox, base_url: str, token: str) -> None:
        self.figures = Figures()
        self.outbox = outbox
        self._url = f"{base_url}{PATH}"
        self._token = token
        self._failures = 0
        """Tries since the last answer that settled a batch."""

    async def run(self) -> None:
        """Push until cancelled; no answer, and no missing answer, ends this."""
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            while True:
                wait_seconds = await self.push_oldest(session)
                await asyncio.sleep(wait_seconds)

    async def push_oldest(self, session: aiohttp.ClientSession) -> float:
        """Send the oldest batch once and return the seconds to wait before the next try."""
        batch = await self.outbox.oldest()
        verdict, status, body = await self._send(session, batch)
        shown = status if verdict.outcome is Outcome.STORED else f"{status}: {body}"
        self.figures.last_answer = shown[:SHOWN_ANSWER_CHARACTERS]
        self.figures.last_answer_at = datetime.now(UTC)
        if verdict.outcome is Outcome.TRY_AGAIN:
            self._note_failure(verdict)
        else:
            self.outbox.remove(batch)
            stored = verdict.outcome is Outcome.STORED
            self._note_settled(batch, samples_stored(body, batch.samples) if stored else 0, body)
        return verdict.wait_seconds

    async def _send(self, session: aiohttp.ClientSession, batch: Batch) -> tuple[Verdict, str, str]:
        """Return what the answer means, its status and its body; no answer is one as well."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": batch.key,
            "x-service-name": batch.service_name,
        }
        try:
            async with session.post(
                self._url, data=batch.body, headers=headers, allow_redirects=False
            ) as response:
                body = await response.text(errors="replace")
                retry_after = response.headers.get("Retry-After")
                verdict = judge(response.status, retry_after, self._failures, datetime.now(UTC))
                return verdict, f"HTTP {response.status}", body
        except (aiohttp.ClientError, TimeoutError) as error:
            wait = backoff_seconds(self._failures)
            return Verdict(Outcome.TRY_AGAIN, wait), "no answer", _in_words(error)

    def _note_failure(self, verdict: Verdict) -> None:
        self._failures += 1
        # The first failure is news; after that, each doubling is enough.
        if self._failures & (self._failures - 1) == 0:
            fields = {
                "answer": self.figures.last_answer,
                "tries": self._failures,
                "next_try_seconds": verdict.wait_seconds,
                "buffered": len(self.outbox),
                "dropped": self.outbox.dropped,
            }
            logger.warning("push failed, the batch is kept", extra=fields)

    def _note_settled(self, batch: Batch, stored: int, body: str) -> None:
        refused = batch.samples - stored
        self.figures.refused += refused
        if refused:
            fields = {
                "service": batch.service_name,
                "refused": refused,
                "answer": body[:SHOWN_ANSWER_CHARACTERS],
            }
            logger.error("push refused, these samples are lost", extra=fields)
        if stored:
            self.figures.batches += 1
            self.figures.samples += stored
            if self._failures or self.figures.batches == 1:
                backlog = {"buffered": len(self.outbox), "dropped": self.outbox.dropped}
                logger.info("push works", extra=backlog)
        self._failures = 0


def _in_words(error: aiohttp.ClientError | TimeoutError) -> str:
    """Return what went wrong on the way, without the library's own vocabulary."""
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return f"cannot connect: {os.strerror(number) if number else error.os_error}"
    return str(error) or type(error).__name__
