"""HTTP edges of health, one file a topic."""
