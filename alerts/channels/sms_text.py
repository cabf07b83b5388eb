"""How long a text message is, and how one is made to fit; pure.

Source: 3GPP TS 23.038 (alphabet) and 23.040 (parts): 160 characters of the GSM alphabet or 70 of UCS-2 in one
message, 153 or 67 in each part of several.
"""

import unicodedata
from collections.abc import Callable

MOST_SEGMENTS = 2
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
# What editors and names are full of, in letters that every telephone has in one unit.
_PLAINER = {
    ord(sign): plain
    for signs, plain in {
        "\u2010\u2011\u2012\u2013\u2014\u2212\u00b7\u2022": "-",
        "\u2026": "...",
        "\u201c\u201d\u201e\u00ab\u00bb": '"',
        "\u2018\u2019\u201a`": "'",
        "\u00a0\u2009\u202f\t": " ",
        "\u2192": "->",
    }.items()
    for sign in signs
}
_MARK = "..."
_LEAST_HEADLINE = 20


def is_gsm(text: str) -> bool:
    """Tell whether every sign stands in the GSM alphabet or its extension."""
    return all(sign in _BASIC or sign in _EXTENDED for sign in text)


def segments(text: str) -> int:
    """Return how many messages a telephone network makes of the text, and bills."""
    if is_gsm(text):
        return _parts([2 if sign in _EXTENDED else 1 for sign in text], alone=160, of_several=153)
    return _parts([2 if ord(sign) > 0xFFFF else 1 for sign in text], alone=70, of_several=67)


def plainer(text: str) -> str:
    """Return the text with typographic signs as the GSM alphabet has them; letters of other scripts stay."""
    return text.translate(_PLAINER)


def fit(headline: str, compose: Callable[[str], str], most: int = MOST_SEGMENTS) -> str:
    """Return `compose(headline)` in at most `most` segments; the headline is cut where it is too long.

    A text in another script has less than half the room: where hardly anything of the headline would be left, its
    signs are replaced by what the GSM alphabet has, since the link must not be cut. Raises ValueError if what is
    composed around the headline is too long by itself.
    """
    for candidate in (headline, _in_gsm(headline)):
        cut = _longest_fitting(candidate, compose, most)
        if cut is not None and (cut == candidate or len(cut) >= _LEAST_HEADLINE):
            return compose(cut)
    cut = _longest_fitting(_in_gsm(headline), compose, most)
    if cut is None:
        raise ValueError("the text around the headline is too long by itself")
    return compose(cut)


def _longest_fitting(headline: str, compose: Callable[[str], str], most: int) -> str | None:
    """Return the headline, or as much of its beginning as fits, None if not even nothing does."""
    if segments(compose(headline)) <= most:
        return headline
    low, high = -1, len(headline)  # `low` fits, `high` does not
    while high - low > 1:
        middle = (low + high) // 2
        if segments(compose(_cut(headline, middle))) <= most:
            low = middle
        else:
            high = middle
    return _cut(headline, low) if low >= 0 else None


def _cut(headline: str, length: int) -> str:
    return f"{headline[:length].rstrip()}{_MARK}" if length else ""


def _in_gsm(text: str) -> str:
    """Return the text in the GSM alphabet: letters without their accents where need be, then question marks."""
    return "".join(sign if is_gsm(sign) else _nearest(sign) for sign in text)


def _nearest(sign: str) -> str:
    base = "".join(each for each in unicodedata.normalize("NFKD", sign) if is_gsm(each))
    return base or "?"


def _parts(units: list[int], *, alone: int, of_several: int) -> int:
    """Count parts; a sign of two units is never split between two of them."""
    if sum(units) <= alone:
        return 1
    parts, used = 1, 0
    for unit in units:
        if used + unit > of_several:
            parts, used = parts + 1, 0
        used += unit
    return parts
