"""The arithmetic of watching: what is due, what is behind what, when a heartbeat is late. Pure."""
