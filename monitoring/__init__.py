"""Samples in, kept and read; stores, streams, queries, Grafana, console, API kit."""
