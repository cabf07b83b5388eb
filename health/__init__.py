"""Watched services, probes, status."""
