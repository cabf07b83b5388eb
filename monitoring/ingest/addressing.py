"""From the columns of a door to numbers of series: keys met before by memory, new ones by the catalogue."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from django.db import transaction

from monitoring.ingest import catalogue, checks
from monitoring.ingest.addresses import Codes, address_of, series_number
from monitoring.ingest.catalogue import Part
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.histograms import expand, is_part
from monitoring.ingest.series_cache import Address, Generation, Known
from monitoring.ingest.wire import Wire
from monitoring.storage.window import Window
from monitoring.types import ItemError, MetricType, Sample


class Met:
    """What is remembered of the keys of a request: an address each, or None, with its code, or 0."""

    __slots__ = ("addresses", "codes")

    def __init__(self, wire: Wire, generation: Generation) -> None:
        addresses = list(map(generation.wires.get, wire.keys))
        self.addresses: list[Address | None] = addresses
        self.codes: Codes = np.array(
            [0 if each is None else each[0] for each in addresses], np.int64
        )

    def highest(self) -> tuple[int, str] | None:
        """Return the highest series number with its hash, None if no key is remembered."""
        if not self.codes.any():
            return None
        highest = self.addresses[int(self.codes.argmax())]
        return None if highest is None else (series_number(highest.code), highest.labels_hash)

    def strangers(self) -> list[int]:
        """Return the positions of keys that nobody has met."""
        return np.flatnonzero(self.codes == 0).tolist()

    def introduce(self, position: int, address: Address) -> None:
        """Complete a position."""
        self.addresses[position] = address
        self.codes[position] = address.code


@dataclass(frozen=True, slots=True)
class Addressed:
    """What is to be stored of a request, and what is refused, by position.

    `codes` and `addresses` have the length of the request; where nothing is stored as it came, because
    the sample is refused or an observation taken apart into `parts`, the code is 0.
    """

    codes: Codes
    addresses: Sequence[Address | None]
    parts: list[tuple[Part, Known]]
    refused: dict[int, ItemError]


@dataclass(slots=True)
class _Described:
    """What is behind the keys that nobody has met: one part for each key, all parts of each observation."""

    parts: list[Part] = field(default_factory=list)
    first: dict[Hashable, int] = field(default_factory=dict)  # where a key was described

    def add(self, position: int, key: Hashable, sample: Sample) -> None:
        if not _is_observation(sample):
            self.first[key] = position
        taken_apart = expand(sample) if sample.type is MetricType.HISTOGRAM else [sample]
        self.parts += [Part(position, part) for part in taken_apart]


def address(
    wire: Wire, met: Met, window: Window, *, generation: Generation, client: str
) -> Addressed:
    """Find the series of each sample, and create those that are new, within the caller's transaction.

    `met` is completed; what is learnt goes into the generation after the commit.
    """
    refused = checks.refused_numbers(wire.values, wire.at_ms, window)
    strangers = met.strangers()
    parts: list[tuple[Part, Known]] = []
    if strangers:
        described = _describe(wire, strangers, refused)
        resolved = catalogue.resolve(described.parts, generation=generation, client=client)
        _refuse(resolved.rejected, wire, strangers, described, refused)
        found, parts = _told_apart(resolved.parts, wire, described)
        for position in strangers:
            if wire.keys[position] in found:
                met.introduce(position, found[wire.keys[position]])
        transaction.on_commit(partial(generation.wires.remember, found))
    codes = met.codes
    refused = checks.refused_counts(wire.values, codes) | refused
    if refused:
        codes = codes.copy()
        codes[list(refused)] = 0
    return Addressed(codes, met.addresses, parts, refused)


def _describe(wire: Wire, strangers: Sequence[int], refused: dict[int, ItemError]) -> _Described:
    """Have each new key described once, and each observation; add to `refused` what the door refuses.

    A sample that is refused for its number does not make its series known: it would be created for
    nothing.
    """
    described = _Described()
    for position in strangers:
        key = wire.keys[position]
        if key in described.first:
            continue
        try:
            sample = wire.describe(position)
        except RefusedError as refusal:
            refused[position] = ItemError(position, str(refusal), refusal.field)
        else:
            if position not in refused:
                described.add(position, key, sample)
    return described


def _refuse(
    rejected: Iterable[ItemError],
    wire: Wire,
    strangers: Sequence[int],
    described: _Described,
    refused: dict[int, ItemError],
) -> None:
    """Add to `refused` what the catalogue does not take: a key that it refuses wherever it stands."""
    errors = {error.index: error for error in rejected}
    if not errors:
        return
    for position in strangers:
        error = errors.get(described.first.get(wire.keys[position], position))
        if error is not None and position not in refused:
            refused[position] = ItemError(position, error.message, error.field)


def _told_apart(
    resolved: Iterable[tuple[Part, Known]], wire: Wire, described: _Described
) -> tuple[dict[Hashable, Address], list[tuple[Part, Known]]]:
    """Return the addresses of the new keys, and the parts of observations."""
    found: dict[Hashable, Address] = {}
    observed: list[tuple[Part, Known]] = []
    for part, known in resolved:
        key = wire.keys[part.position]
        if described.first.get(key) == part.position:
            found[key] = address_of(known, part.sample)
        else:
            observed.append((part, known))
    return found, observed


def _is_observation(sample: Sample) -> bool:
    return sample.type is MetricType.HISTOGRAM and not is_part(sample)
