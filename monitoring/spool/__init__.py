"""Samples on the local disk while PostgreSQL is away: taken, synced, and stored once it is back."""
