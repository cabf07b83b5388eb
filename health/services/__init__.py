"""Writes of health, one file a topic."""
