"""Ports on 127.0.0.1: the usual one if it is free, else another."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel serves outgoing connections: a port given up
# during a restart cannot be taken by a stray client.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_port(usual: int | None, taken: frozenset[int] = frozenset()) -> int:
    """Return `usual` if it is free, else a random free port; never one of `taken`.

    Raises OSError when no port can be found.
    """
    if usual is not None and usual not in taken and is_free(usual):
        return usual
    for port in random.sample(_RANGE, _ATTEMPTS):
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port on {LOOPBACK}")
