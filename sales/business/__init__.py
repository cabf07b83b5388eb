"""Arithmetic of the business figures: pure, without Django, clock or network."""
