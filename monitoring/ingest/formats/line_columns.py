"""The lines of a body as columns: keys, values and instants of samples, errors of lines. Pure.

Most lines hold no quote, backslash or comment. They are split at their spaces and commas as they are,
and numbers are read for the whole body at once, so that a sample costs well under a microsecond.
"""

import re
from collections.abc import Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.line_syntax import LineError, lines_in, parse_line
from monitoring.ingest.formats.line_values import instants, numbers
from monitoring.types import ItemError

_SPECIALS = (b"\\", b'"', b"#", b"\r", b"\t")
_SPECIAL = re.compile(rb'[\\"#\r\t]')

Key = tuple[bytes, bytes, str]


class LineColumns:
    """The samples of a body in its order, each with the number of its line, and the refused lines."""

    def __init__(self, writer: str) -> None:
        self.keys: list[Key] = []
        self.lines = np.empty(0, np.int64)
        self.at_ms = np.empty(0, np.int64)
        self.values = np.empty(0)
        self.errors: list[ItemError] = []
        self.texts = 0
        self._writer = writer
        self._numbers: list[bytes] = []
        self._each: list[tuple[int, int, bytes | None]] = []

    def read(self, body: bytes, *, precision: str, received_ms: int, most_samples: int) -> None:
        """Take in all lines. Raises PayloadTooLargeError for more samples than a transaction takes."""
        if not any(character in body for character in _SPECIALS):
            for number, line in enumerate(body.split(b"\n"), start=1):
                if line:
                    self._add_plain(number, line)
        else:
            for number, line in lines_in(body):
                (self._add if _SPECIAL.search(line) else self._add_plain)(number, line)
        if len(self.keys) > most_samples:
            raise PayloadTooLargeError(f"at most {most_samples} samples a request")
        self._finish(precision, received_ms)

    def _add_plain(self, number: int, line: bytes) -> None:
        parts = line.split(b" ")
        if len(parts) == 3 and parts[0] and parts[1]:
            series, fields, timestamp = parts
        elif len(parts) == 2 and parts[0] and parts[1]:
            series, fields, timestamp = *parts, None
        else:
            self._add(number, line)
            return
        if b"," in fields:
            pairs = [pair.partition(b"=") for pair in fields.split(b",")]
            self.keys += [(series, name, self._writer) for name, _, _ in pairs]
            self._numbers += [text for _, _, text in pairs]
            self._each.append((number, len(pairs), timestamp))
        else:
            name, _, text = fields.partition(b"=")
            self.keys.append((series, name, self._writer))
            self._numbers.append(text)
            self._each.append((number, 1, timestamp))

    def _add(self, number: int, text: bytes) -> None:
        text = text.strip(b" ")
        if not text:
            return
        try:
            line = parse_line(text)
        except LineError as error:
            self.errors.append(ItemError(number, str(error), "line"))
            return
        self.keys += [(line.series, name, self._writer) for name, _ in line.fields]
        self._numbers += [value for _, value in line.fields]
        self._each.append((number, len(line.fields), line.timestamp))
        self.texts += line.texts

    def _finish(self, precision: str, received_ms: int) -> None:
        """Read all numbers; leave out the lines that hold a wrong one."""
        if not self._each:
            return
        numbers_of_lines, counts, timestamps = zip(*self._each, strict=True)
        lines = np.array(numbers_of_lines, np.int64)
        at_ms, timely = _instants(timestamps, precision, received_ms)
        self.values = np.array(numbers(self._numbers), np.float64)
        self.lines = np.repeat(lines, counts)
        self.at_ms = np.repeat(at_ms, counts)
        finite = np.isfinite(self.values)
        if timely.all() and finite.all():
            return
        self._refuse(
            lines[~timely], "the timestamp is no whole number, or of no instant", "timestamp"
        )
        wrong = np.setdiff1d(self.lines[~finite], lines[~timely])
        self._refuse(wrong, "a field has a value that is not a number, or is too large", "value")
        self._keep(~np.isin(self.lines, np.union1d(wrong, lines[~timely])))

    def _refuse(self, lines: NDArray[np.int64], message: str, field: str) -> None:
        self.errors += [ItemError(line, message, field) for line in lines.tolist()]

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        self.keys = list(compress(self.keys, kept.tolist()))
        self.lines, self.at_ms, self.values = self.lines[kept], self.at_ms[kept], self.values[kept]


def _instants(
    texts: Sequence[bytes | None], precision: str, received_ms: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the instant of each line, that of receipt where it names none, and which are right."""
    stated = [text for text in texts if text]
    read = iter(instants(stated, precision))
    each = [next(read) if text else received_ms for text in texts]
    timely = np.array([at_ms is not None for at_ms in each], np.bool_)
    return np.array([at_ms or 0 for at_ms in each], np.int64), timely
