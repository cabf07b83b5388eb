"""Settings for mypy and for commands that touch no store: every secret has a harmless value."""

import os

os.environ.setdefault("DJANGO_SECRET_KEY", "typecheck-only-" + "0" * 50)
os.environ.setdefault("JWT_SECRET", "typecheck-only-" + "0" * 50)

from config.settings.service import *
