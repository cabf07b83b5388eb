"""The public status page as plain values: what it says of a service, its bars, badges and feeds. Pure."""
