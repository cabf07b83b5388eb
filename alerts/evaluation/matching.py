"""Which labels a series carries."""

from collections.abc import Mapping

# The service is a column of a series, not one of its labels, yet people match it like one.
SERVICE = "service_name"


def carries(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Say whether each label of `wanted` is among `labels` with exactly its value.

    An empty value asks for series without that label, as everywhere in queries.
    """
    return all(labels.get(name, "") == value for name, value in wanted.items())
