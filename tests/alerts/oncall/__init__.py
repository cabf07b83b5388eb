"""Tests of on-call turns."""
