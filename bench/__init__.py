"""Benchmarks: `make bench`. Ratios in one run against named peers and limits, never absolute promises."""
