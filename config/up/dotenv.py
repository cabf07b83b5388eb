"""A `.env` file: NAME=value lines. The real environment wins over it."""

import re
from collections.abc import Mapping
from pathlib import Path

from config.up.errors import StartError

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<inside>.*)(?P=quote)\s*(?:\#.*)?""")
_COMMENT = re.compile(r"\s+#.*")


def parse(text: str) -> dict[str, str]:
    """Return the variables. Blank lines and comments are skipped; a quoted value is literal.

    Raises ValueError with the number of a line that is neither.
    """
    variables = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number} is not NAME=value")
        variables[match["name"]] = _value(match["value"])
    return variables


def with_file(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """Return the environment over the variables of the file, if there is one.

    Raises StartError if the file cannot be read or understood.
    """
    try:
        from_file = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        from_file = {}
    except (OSError, ValueError) as error:
        raise StartError(f"{path}: {error}") from None
    return {**from_file, **environ}


def _value(raw: str) -> str:
    quoted = _QUOTED.fullmatch(raw)
    if quoted is not None:
        return quoted["inside"]
    return _COMMENT.sub("", raw).strip()
