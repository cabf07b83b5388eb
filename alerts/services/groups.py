"""Series of a rule that are one: told apart by some of their labels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alerts.evaluation.grouping import Subject, projection, subject_of
from monitoring.types import SeriesRef


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The groups of some series; `numbers[i]` is the group of series i."""

    numbers: NDArray[np.int64]
    subjects: Sequence[Subject]
    places: Mapping[str, int] = field(default_factory=dict)

    def all_labels(self) -> Iterator[Mapping[str, str]]:
        """Yield the labels of each group, the service among them."""
        for subject in self.subjects:
            yield subject.all_labels


def groups_of(refs: Sequence[SeriesRef], group_by: Sequence[str]) -> Groups:
    """Return the groups of series that agree in all labels of `group_by`; `service_name` is one of them."""
    numbers: dict[tuple[str, ...], int] = {}
    found = [
        numbers.setdefault(projection(ref.service, ref.labels, group_by), len(numbers))
        for ref in refs
    ]
    subjects = [subject_of(group_by, values) for values in numbers]
    places = {subject.fingerprint: number for number, subject in enumerate(subjects)}
    return Groups(np.array(found, np.int64), subjects, places)
