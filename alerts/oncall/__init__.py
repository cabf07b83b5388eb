"""The arithmetic of on-call turns. No Django, no clock, no network."""
