"""`python -m config.demo`: run the demo platform until SIGTERM or Ctrl-C."""

import asyncio
import logging
import os
import signal
import sys

from config.demo import logs
from config.demo.options import OptionError, Options, read_options
from config.demo.runtime import run

logger = logging.getLogger(__name__)


def main() -> int:
    """Return the exit status: 0 after a signal, 1 if an address is taken, 2 for a bad option."""
    logs.configure()
    try:
        options = read_options(sys.argv[1:], os.environ)
        asyncio.run(_run_until_signalled(options))
    except OptionError as error:
        logger.critical("demo platform cannot start", extra={"reason": str(error)})
        return 2
    except OSError as error:
        logger.critical("demo platform cannot start", extra={"reason": str(error)})
        return 1
    return 0


async def _run_until_signalled(options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(options, stop)


if __name__ == "__main__":
    sys.exit(main())
