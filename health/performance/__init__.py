"""How requests are added up and judged. Pure."""
