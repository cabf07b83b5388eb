"""Who watches the watcher: an audit of what is owed, a canary, a heartbeat, and a way out without PostgreSQL."""
