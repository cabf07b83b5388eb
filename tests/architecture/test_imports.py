"""What the web process loads: nothing heavy may come along with a request path."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"tensorflow", "keras", "torch", "pandas", "sklearn", "scipy", "matplotlib"}
# Loads the server's entry point and every view, as the first request does, and prints what that imported.
PROGRAM = """
import sys
import config.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_web_process_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.typecheck"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(done.stdout.split())

    assert {"django", "monitoring", "alerts", "health"} <= loaded
    assert not loaded & HEAVY
