"""The short name of one series within one rule."""

import hashlib
import json
from collections.abc import Mapping

LENGTH = 16


def fingerprint(service: str, labels: Mapping[str, str]) -> str:
    """Return 16 hexadecimal characters (64 bits) that stand for a service and its labels.

    The order of the labels does not matter, and the text is JSON, so that no label can be written such that
    it reads like another one. The value is stored: it must never change between versions.
    """
    text = json.dumps([service, sorted(labels.items())], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


# The instance of a rule whose metric nobody has ever reported: a series without any label.
OF_NOTHING = fingerprint("", {})
