"""Fixtures of the tests of the composition root."""

from tests.config.leases import leases

__all__ = ["leases"]
