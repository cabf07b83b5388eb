"""P11: how fast a web process starts, what it keeps in memory, and what it must not import."""

import subprocess
import sys
from statistics import median

from bench.context import Context
from bench.processes import memory_mib, timed
from bench.report import Row
from bench.service import Service

_HEAVY = ("tensorflow", "pandas", "sklearn", "scipy", "matplotlib")
_SECONDS, _MIB = 3.0, 250.0
_LIST_IMPORTS = (
    f"import config.wsgi, sys; print([name for name in {_HEAVY!r} if name in sys.modules])"
)


def run(context: Context) -> None:
    """Start it a few times."""
    took, memory = [], 0.0
    with context.report.progress("starting", context.options.rounds) as bar:
        for number in range(context.options.rounds):
            service = Service(context.directory / f"start-{number}", processes=1)
            took.append(timed(service.__enter__))
            try:
                memory = memory_mib([service.pids[0]])
            finally:
                service.__exit__(None, None, None)
            bar.advance()
    seconds = median(took)
    add = context.report.add
    add(
        Row(
            "P11",
            "web process, start to first answer",
            seconds,
            "s",
            "limit",
            _SECONDS,
            "< 3 s",
            seconds < _SECONDS,
        )
    )
    loaded = memory_mib([context.service.pids[0]]) / context.service.processes
    add(
        Row(
            "P11",
            "memory of a web process, fresh",
            memory,
            "MiB",
            "limit",
            _MIB,
            "< 250 MiB",
            memory < _MIB,
        )
    )
    add(
        Row(
            "P11",
            "memory of a web process, after this run",
            loaded,
            "MiB",
            "limit",
            _MIB,
            "< 250 MiB",
            loaded < _MIB,
        )
    )
    listed = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", _LIST_IMPORTS], capture_output=True, text=True, check=True
    ).stdout.strip()
    heavy = listed.count("'") // 2
    add(Row("P11", "heavy packages imported", heavy, "", goal="none", met=heavy == 0, note=listed))
