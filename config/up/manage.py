"""Run manage.py as the processes of the service run: same stores, same secrets."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

from config.up.errors import StartError
from config.up.installation import Installation


def run_manage(place: Installation, arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Return the exit code of the command. Raises StartError before the first start."""
    try:
        saved = json.loads(place.environment.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StartError(f"{place.data_dir} holds no service yet: `make run` makes one") from None
    done = subprocess.run(  # noqa: S603 - the person at the shell gave these arguments
        [sys.executable, "manage.py", *arguments],
        cwd=place.root,
        env={**environ, **saved},
        check=False,
    )
    return done.returncode
