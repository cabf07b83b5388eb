r"""One line of the Influx line protocol by the full grammar: escapes, quotes, several kinds of values. Pure.

    measurement[,tag=text...] field=value[,field=value...] [timestamp]

A backslash escapes a comma, an equals sign or a space; in front of anything else it is a backslash. In
the quotes of a text it escapes a quote or itself.
Source: "Line protocol", InfluxDB documentation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = re.compile(rb"((?:\\[,= ]|[^ ])++) *+")
_TAG = re.compile(rb",((?:\\[,= ]|[^,= ])++)=((?:\\[,= ]|[^,= ])++)")
_MEASUREMENT = re.compile(rb"(?:\\[, ]|[^, ])++")
_FIELD = re.compile(rb'((?:\\[,= ]|[^,= ])++)=(?:("(?:\\.|[^"\\])*+")|([^,\s"]++))', re.DOTALL)
_TIMESTAMP = re.compile(rb" +(-?[0-9]+) *")
_ESCAPED = re.compile(rb"\\([,= ])")
_ESCAPED_IN_MEASUREMENT = re.compile(rb"\\([, ])")
_QUOTED_END = re.compile(rb'(?:\\.|[^"\\])*+"', re.DOTALL)
_BLANK = b" \t\r"


class LineError(ValueError):
    """What is wrong with one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of a line, still as they were written; a text field has no value that counts."""

    series: bytes
    fields: list[tuple[bytes, bytes]]
    texts: int
    timestamp: bytes | None


def lines_in(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each line that says something.

    Numbers count from 1; a line break within quotes ends no line, so that numbers may leave some out.
    """
    pieces = body.split(b"\n")
    number = 0
    while number < len(pieces):
        first = number + 1
        line = pieces[number].strip(_BLANK)
        number += 1
        if not line or line.startswith(b"#"):
            continue
        if b'"' in line and _has_open_quote(line):
            joined = [line]
            while number < len(pieces):
                joined.append(pieces[number])
                number += 1
                if _closes_quote(joined[-1]):
                    break
            line = b"\n".join(joined).strip(_BLANK)
        yield first, line


def parse_line(text: bytes) -> Line:
    """Return the parts of one line without its end. Raises LineError."""
    head = _HEAD.match(text)
    if head is None or head.end() == len(text):
        raise LineError("the line has no field")
    fields: list[tuple[bytes, bytes]] = []
    texts = 0
    at = head.end()
    while True:
        field = _FIELD.match(text, at)
        if field is None:
            raise LineError("a field is a name, = and a number, a truth value or a quoted text")
        name, quoted, value = field.groups()
        if quoted is None:
            fields.append((name, value))
        else:
            texts += 1
        at = field.end()
        if text[at : at + 1] != b",":
            return Line(head[1], fields, texts, _timestamp(text, at))
        at += 1


def series_parts(series: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Return the measurement and the tags of a series. Raises LineError."""
    measurement = _MEASUREMENT.match(series)
    if measurement is None:
        raise LineError("the line has no measurement")
    tags: list[tuple[str, str]] = []
    at = measurement.end()
    while at < len(series):
        tag = _TAG.match(series, at)
        if tag is None:
            raise LineError("a tag is a name, = and a text, none of them empty")
        tags.append((unescaped(tag[1]), unescaped(tag[2])))
        at = tag.end()
    return _decoded(_ESCAPED_IN_MEASUREMENT.sub(rb"\1", measurement.group())), tags


def unescaped(name: bytes) -> str:
    """Return the name of a tag or field, or a tag's text. Raises LineError."""
    return _decoded(_ESCAPED.sub(rb"\1", name))


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise LineError("names and texts are UTF-8") from None


def _timestamp(text: bytes, at: int) -> bytes | None:
    if not text[at:].strip(b" "):
        return None
    timestamp = _TIMESTAMP.fullmatch(text, at)
    if timestamp is None:
        raise LineError("what follows the fields is a timestamp: a whole number")
    return timestamp[1]


def _has_open_quote(line: bytes) -> bool:
    """Tell whether a text among the fields goes on in the next line; quotes in tags mean nothing."""
    head = _HEAD.match(line)
    at = head.end() if head is not None else 0
    while (at := line.find(b'="', at)) >= 0:
        end = _QUOTED_END.match(line, at + 2)
        if end is None:
            return True
        at = end.end()
    return False


def _closes_quote(line: bytes) -> bool:
    return _QUOTED_END.match(line) is not None
