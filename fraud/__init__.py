"""Scoring, velocity counters, decisions, feedback."""
