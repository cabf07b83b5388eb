"""Fixtures of the tests of the composition root."""

from tests.config.leases import leases
from tests.config.up_screen import place, screen

__all__ = ["leases", "place", "screen"]
