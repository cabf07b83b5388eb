"""The demo platform: eight ticketing services, their traffic and faults, and a mailbox.

It stands in for the platform that the monitoring service watches, in one process and without
Django: `python -m config.demo --help`. Nothing of it runs in production.
"""
