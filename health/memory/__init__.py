"""What this process remembers of stores and services, so that nobody who asks how things are waits for a peer."""
