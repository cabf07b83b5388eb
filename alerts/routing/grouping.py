"""Which alerts are one group, so that what they owe a person may be one message."""

import hashlib
import json
from collections.abc import Mapping, Sequence


def group_key(labels: Mapping[str, str], by: Sequence[str]) -> str:
    """Return 64 hexadecimal characters that stand for the values of the labels named in `by`.

    The order of the names does not matter, nor does a name that is given twice. A label that an alert does not
    have counts as the empty text; with no names at all every alert is of one group. The text is JSON, so that no
    value can be written such that it reads like two.
    """
    values = [[name, labels.get(name, "")] for name in sorted(set(by))]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()
