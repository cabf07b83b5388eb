"""Rules tried on the past: the live arithmetic stepped over stored samples. Pure; it tells nobody anything."""
