"""Tests of escalation: chains, sweeps, races, crashes."""
