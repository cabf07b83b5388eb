"""Redis and Valkey: log in, PING, and what INFO says about loading, saving and the master."""

from health.probes.errors import BadAnswerError, ProbeError, RefusedCredentialsError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.result import ProbeResult
from health.probes.target import ProbeTarget
from health.probes.wire import Wire, connected

# First word of an error -> what it says, in plain words.
_REFUSALS = {
    "LOADING": "is still loading its data",
    "MASTERDOWN": "has lost its master and serves nothing",
    "MISCONF": "cannot save its data and takes no writes",
    "BUSY": "is busy with a script",
}
_UNAUTHORISED = frozenset({"NOAUTH", "WRONGPASS", "NOPERM"})


class _RefusalError(Exception):
    """The server answered a command with an error; the text is its first word."""


async def probe_redis(exchange: Exchange) -> ProbeResult:
    """Say PING.

    Without credentials, a server that asks for some counts as up: it answers.
    """
    async with connected(exchange) as wire:
        expires_at = wire.certificate_expires_at()
        about = await _ask(wire, exchange.target)
    version = about.get("valkey_version") or about.get("redis_version")
    return ProbeResult(
        0.0,
        warning=_warning(about),
        details=facts(version=version, role=about.get("role"), login=about.get("login")),
        certificate_expires_at=expires_at,
    )


async def _ask(wire: Wire, target: ProbeTarget) -> dict[str, str]:
    try:
        if target.credentials is not None:
            await _command(wire, "AUTH", *(part for part in target.credentials if part))
        if await _command(wire, "PING") != b"PONG":
            raise BadAnswerError("Redis")
    except _RefusalError as refusal:
        word = str(refusal)
        if word == "NOAUTH" and target.credentials is None:
            return {"login": "not tried"}
        if word in _UNAUTHORISED or (word == "ERR" and target.credentials is not None):
            raise RefusedCredentialsError from None
        raise ProbeError(_REFUSALS.get(word, "answered with an error")) from None
    return await _info(wire)


async def _info(wire: Wire) -> dict[str, str]:
    """Return what the server says of itself; nothing where INFO is not for us."""
    try:
        text = await _command(wire, "INFO")
    except _RefusalError:
        return {}
    lines = text.decode(errors="replace").splitlines()
    return {key: value for key, colon, value in (line.partition(":") for line in lines) if colon}


def _warning(about: dict[str, str]) -> str:
    if about.get("loading", "0") != "0":
        return "is still loading its data"
    if about.get("master_link_status") == "down":
        return "has lost its master"
    if "err" in {about.get("rdb_last_bgsave_status"), about.get("aof_last_write_status")}:
        return "could not save its data the last time"
    return ""


async def _command(wire: Wire, *words: str) -> bytes:
    """Send a command and return its answer of one text. Raises _RefusalError for an error."""
    parts = [word.encode() for word in words]
    encoded = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
    await wire.send(b"*%d\r\n%b" % (len(parts), encoded))
    line = (await wire.line()).removesuffix(b"\r\n")
    kind, rest = line[:1], line[1:]
    if kind == b"+":
        return rest
    if kind == b"-":
        raise _RefusalError(rest.split(b" ")[0].decode("ascii", "replace"))
    if kind != b"$" or not rest.isdigit():
        raise BadAnswerError("Redis")
    return (await wire.exactly(int(rest) + 2))[:-2]
