"""What holds for the whole suite."""

from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("suite", parent=settings(), deadline=None)
settings.load_profile("suite")
