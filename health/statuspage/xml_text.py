"""Text that an XML document may hold."""

import re

# XML 1.0, production [2] Char: these have no place in a document, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Return the text without the characters that XML 1.0 does not know; one of them would spoil a whole feed."""
    return _ILLEGAL.sub("", text)
