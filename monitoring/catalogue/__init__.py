"""The metrics this service knows, one file a subject; `monitoring.names` puts them together."""
