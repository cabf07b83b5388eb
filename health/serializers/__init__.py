"""JSON of the routes of health, one file a topic."""
