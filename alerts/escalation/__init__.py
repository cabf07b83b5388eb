"""The arithmetic of escalation chains: what is due when. No Django, no clock, no network."""
