"""The words of an expression over rules, each with its place in the text."""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_LENGTH = 1_000
MAX_DEPTH = 20

_WORD = re.compile(r"[\w.:-]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class ExpressionError(ValueError):
    """The text is no expression; `position` counts its characters from 0, the message from 1 as people do."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(f"at character {position + 1}: {problem}")
        self.position = position
        self.problem = problem


class Kind(StrEnum):
    NAME = "name"
    AND = "and"
    OR = "or"
    NOT = "not"
    OPEN = "("
    CLOSE = ")"
    END = "end"


_KEYWORDS = {kind.value: kind for kind in (Kind.AND, Kind.OR, Kind.NOT)}
_SIGNS = {kind.value: kind for kind in (Kind.OPEN, Kind.CLOSE)}


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `text` is the name without quotes."""

    kind: Kind
    text: str
    position: int

    @property
    def shown(self) -> str:
        """What a message calls it."""
        return "the end" if self.kind is Kind.END else f"`{self.text}`"


def tokens_of(text: str) -> list[Token]:
    """Return the words of the text and one that stands for its end. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(MAX_LENGTH, f"longer than {MAX_LENGTH} characters")
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token, place = _token_at(text, place)
        tokens.append(token)
    return [*tokens, Token(Kind.END, "", len(text))]


def _token_at(text: str, place: int) -> tuple[Token, int]:
    """Return the word that begins at `place`, and where it ends."""
    if text[place] in _SIGNS:
        return Token(_SIGNS[text[place]], text[place], place), place + 1
    if text[place] == '"':
        return _quoted_at(text, place)
    word = _WORD.match(text, place)
    if word is None:
        raise ExpressionError(
            place,
            f"{text[place]!r} has no meaning here; put names with such signs in double quotes",
        )
    kind = _KEYWORDS.get(word[0].lower(), Kind.NAME)
    return Token(kind, word[0], place), word.end()


def _quoted_at(text: str, place: int) -> tuple[Token, int]:
    quoted = _QUOTED.match(text, place)
    if quoted is None:
        raise ExpressionError(place, "the quote is never closed; end the name with a double quote")
    name = _ESCAPED.sub(r"\1", quoted[1])
    if not name:
        raise ExpressionError(place, "a rule has a name; write one between the quotes")
    return Token(Kind.NAME, name, place), quoted.end()
