"""Probes many targets at once: each ends at its own deadline, and none delays another."""

import asyncio
import logging
import os
import ssl
import struct
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from health.probes import tls
from health.probes.endpoint import endpoint_of
from health.probes.errors import ProbeError
from health.probes.exchange import Exchange
from health.probes.gate import Gate
from health.probes.kinds import KINDS
from health.probes.result import ProbeResult
from health.probes.round import Round
from health.probes.sockets import TooMuchError
from health.probes.target import ProbeTarget

logger = logging.getLogger(__name__)

# What reading a garbled message can raise besides the errors of its protocol.
_GARBLED = (
    asyncio.LimitOverrunError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    struct.error,
)


async def run_all(targets: Sequence[ProbeTarget], *, concurrency: int) -> dict[str, ProbeResult]:
    """Return the result for each target by its name; at most `concurrency` are under way at once.

    A probe ends at its `timeout_seconds`, counted from when it begins. Those that wait for a silent service hold no
    place that a quick one needs (see Gate).
    """
    gate = Gate(concurrency)
    async with Round() as round_:
        results = await asyncio.gather(
            *(gate.run(partial(_probe, target, round_)) for target in targets)
        )
    return {target.name: result for target, result in zip(targets, results, strict=True)}


async def probe(target: ProbeTarget) -> ProbeResult:
    """Probe one target and return what came back; never raises for what the other side does."""
    async with Round() as round_:
        return await _probe(target, round_)


async def _probe(target: ProbeTarget, round_: Round) -> ProbeResult:
    started = time.monotonic()
    result = await _answer(target, round_)
    ending = tls.expiry_warning(
        result.certificate_expires_at, at=datetime.now(UTC), days=target.certificate_days
    )
    return replace(
        result,
        elapsed_ms=(time.monotonic() - started) * 1_000,
        warning=result.warning or ending,
    )


async def _answer(target: ProbeTarget, round_: Round) -> ProbeResult:
    kind = KINDS.get(target.kind)
    if kind is None:
        return ProbeResult(0.0, error="no probe is made of this kind")
    try:
        endpoint = endpoint_of(target.kind, target.url)
    except ValueError as error:
        return ProbeResult(0.0, error=f"its address {error}")
    try:
        async with asyncio.timeout(target.timeout_seconds):
            return await kind(Exchange(target, endpoint, round_.http))
    except Exception as error:  # noqa: BLE001 - whatever the other side provokes must not end the round of the others
        return ProbeResult(0.0, error=_reason(error, target))


def _reason(error: Exception, target: ProbeTarget) -> str:
    """Return what may be shown: the system's own texts repeat the address."""
    match error:
        case ProbeError() | TooMuchError():
            return str(error)
        case TimeoutError():
            return f"no complete answer within {target.timeout_seconds:g} s"
        case ssl.SSLError():
            return tls.fault(error)
        case OSError():
            known = error.errno is not None and error.errno > 0
            return f"connection failed: {os.strerror(error.errno or 0) if known else 'unreachable'}"
        case asyncio.IncompleteReadError():
            return "closed the connection before it had answered"
    if not isinstance(error, _GARBLED):
        # Something of ours, or of a library: said by its type alone, for its text may hold what was sent.
        logger.error(
            "probe failed", extra={"watched_service": target.name, "reason": type(error).__name__}
        )
    return f"not a valid {target.kind} answer"
