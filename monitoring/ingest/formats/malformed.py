"""What is wrong with a body as a whole, and where: nothing of it is stored."""

from monitoring.errors import InvalidInputError


class MalformedBodyError(InvalidInputError):
    """The body is not what its format says; `position` is the byte, after decompression, from 0."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(f"malformed body at byte {position}: {what}")
        self.position = position
