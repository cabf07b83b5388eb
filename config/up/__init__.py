"""`make run`: everything the service needs, started on one machine, watched, stopped together.

Imports no Django: only `prepare`, which runs as a process of its own, does.
"""
