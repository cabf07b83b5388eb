"""Runs work in many threads at once, each with a connection of its own that it gives back."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Start all pieces of work together and return what they return, in their order."""
    gate = Barrier(len(work))

    def one(piece: Callable[[], T]) -> T:
        try:
            gate.wait(timeout=30)
            return piece()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return [each.result() for each in [pool.submit(one, piece) for piece in work]]
