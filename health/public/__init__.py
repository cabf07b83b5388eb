"""Reads of the public status page: rows in, what the public may know out, remembered for a moment."""
