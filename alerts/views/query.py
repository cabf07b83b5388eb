"""Filters in the query string of alert lists."""

from collections.abc import Iterable, Mapping

from monitoring.errors import InvalidInputError


def words_of(query_params: Mapping[str, str], name: str, known: Iterable[str]) -> list[str]:
    """Return the words of a comma-separated filter, none if it is not given.

    Raises InvalidInputError for a word that is not known, naming those that are.
    """
    words = [word.strip() for word in query_params.get(name, "").split(",") if word.strip()]
    choices = list(known)
    if not set(words) <= set(choices):
        message = f"{name} must be one or more of {', '.join(choices)}"
        raise InvalidInputError(message, details={name: [message]})
    return words
