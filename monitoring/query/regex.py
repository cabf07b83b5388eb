"""Regular expressions from outside: RE2, as in Prometheus, because no expression can make it run away."""

from functools import lru_cache

import re2

from monitoring.errors import InvalidInputError

MAX_LENGTH = 1_000
_MAX_MEMORY = 8 * 2**20  # of one compiled expression; `(a{1000}){1000}` would want more
_REMEMBERED_TEXTS = 10_000


class Pattern:
    """A compiled expression that remembers what it was asked: label values come again and again.

    `compiled` answers as a pattern of Python's `re` does. A dot also matches the end of a line.
    """

    def __init__(self, expression: str) -> None:
        if len(expression) > MAX_LENGTH:
            raise InvalidInputError(f"a regular expression may have {MAX_LENGTH} characters")
        try:
            self.compiled = re2.compile(expression, _options())
        except (re2.error, UnicodeEncodeError) as error:
            raise InvalidInputError(f"not a regular expression: {_reason(error)}") from None
        self._remembered: dict[str, bool] = {}

    def accepts(self, text: str) -> bool:
        """Tell whether the expression matches the whole of the text."""
        known = self._remembered.get(text)
        if known is None:
            known = self.compiled.fullmatch(text) is not None
            if len(self._remembered) < _REMEMBERED_TEXTS:
                self._remembered[text] = known
        return known


@lru_cache(maxsize=256)
def compile_pattern(expression: str) -> Pattern:
    """Return the expression, compiled once. Raises InvalidInputError if it is none."""
    return Pattern(expression)


def _reason(error: Exception) -> str:
    said = error.args[0]
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _options() -> re2.Options:
    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return options
