"""python -m bench.probed DIRECTORY: services to be probed, good ones and six ways to fail, in a process of their own.

Prints one line of JSON, {"good": URL, "refused": URL, ...}, and serves until its input ends.
"""

import asyncio
import json
import socket
import ssl
import sys
from pathlib import Path

from tests.monitoring.certificates import server_context, write_certificate

WAYS = ("refused", "silent", "drip", "redirect loop", "bad TLS", "1 GB")

_GOOD = b'{"status": "healthy", "version": "1.0.0", "uptime": 86400}'
_GIGABYTE = 1_073_741_824
_PIECE = b"x" * 65_536


async def main(directory: Path) -> None:
    """Serve until the parent closes our input."""
    plain = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1_024)
    encrypted = await _encrypted(directory)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        base = f"http://127.0.0.1:{_port(plain)}"
        urls = {
            "good": base,
            "refused": f"http://127.0.0.1:{unused.getsockname()[1]}",
            "silent": f"{base}/silent",
            "drip": f"{base}/drip",
            "redirect loop": f"{base}/loop",
            "bad TLS": f"https://127.0.0.1:{_port(encrypted)}",
            "1 GB": f"{base}/gigabyte",
        }
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        async with plain, encrypted:
            await asyncio.to_thread(sys.stdin.read)


async def _encrypted(directory: Path) -> asyncio.Server:
    context: ssl.SSLContext = server_context(write_certificate(directory))
    return await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        request = await reader.readuntil(b"\r\n\r\n")
        await _behave(request.split(b" ")[1], writer)
    except (OSError, asyncio.IncompleteReadError):
        pass  # the prober has left, which is what most of the ways are for
    finally:
        writer.transport.abort()


async def _behave(path: bytes, writer: asyncio.StreamWriter) -> None:
    if path.startswith(b"/silent"):
        await asyncio.sleep(60)
    elif path.startswith(b"/drip"):
        await _drip(writer)
    elif path.startswith(b"/loop"):
        await _send(writer, b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n")
    elif path.startswith(b"/gigabyte"):
        await _flood(writer)
    else:
        await _send(writer, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_GOOD) + _GOOD)


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
    writer.write_eof()
    await asyncio.sleep(0.05)  # the other side closes first, as it does with a real server


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
    for _ in range(60):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def _flood(writer: asyncio.StreamWriter) -> None:
    """Send without a length: the prober has to notice by itself."""
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(_GIGABYTE // len(_PIECE)):
        writer.write(_PIECE)
        await writer.drain()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
