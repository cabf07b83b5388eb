"""The course of an incident: what happened, how it stood at any instant, how long people took."""
