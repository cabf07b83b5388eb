"""What an HTTP answer has to be; pure."""

from collections.abc import Sequence

USUAL_STATUS = "200-299"


def check_statuses(text: str) -> str:
    """Return the text of a list of statuses, such as 200-299,401, without blanks.

    Raises ValueError, which says in plain words what is wrong.
    """
    plain = "".join(text.split())
    if plain:
        _ranges(plain)
    return plain


def is_expected(status: int, statuses: str) -> bool:
    """Tell whether a status is one of the list; an empty list means 200-299."""
    return any(first <= status <= last for first, last in _ranges(statuses or USUAL_STATUS))


def keyword_fault(body: str, keyword: str, *, is_unwanted: bool) -> str:
    """Return what is wrong with the words of the body, empty if nothing is."""
    if not keyword or (keyword in body) != is_unwanted:
        return ""
    return "the answer holds the unwanted keyword" if is_unwanted else "the keyword is missing"


def _ranges(text: str) -> Sequence[tuple[int, int]]:
    return [_range(part) for part in text.split(",")]


def _range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    pair = (_status(first), _status(last if dash else first))
    if pair[0] > pair[1]:
        raise ValueError(f"{text} ends before it begins")
    return pair


def _status(text: str) -> int:
    if not (len(text) == 3 and text.isascii() and text.isdecimal() and text[0] in "12345"):
        raise ValueError("must be statuses from 100 to 599, such as 200-299,401")
    return int(text)
