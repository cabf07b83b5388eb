"""What differs between two states of one rule, and between two sets of rules. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What happens to one rule; `version` is the one that it has now, None for a rule that is new."""

    name: str
    version: int | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class SetPlan:
    """What makes the rules that there are into those that are wanted; each list in order of the names."""

    create: tuple[RuleChange, ...] = ()
    change: tuple[RuleChange, ...] = ()
    delete: tuple[RuleChange, ...] = ()
    same: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.create or self.change or self.delete)


@dataclass(frozen=True, slots=True)
class Present:
    """One rule as it stands."""

    version: int
    fields: Fields


def changes_between(before: Fields, after: Fields) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in the order in which `after` has them; one that is missing is None."""
    names = dict.fromkeys([*after, *before])
    return tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def plan_of(
    wanted: Iterable[Fields],
    present: Mapping[str, Present],
    *,
    defaults: Fields,
    prune: bool,
) -> SetPlan:
    """Return what to do so that each wanted rule is as wanted.

    Rules that are not wanted are deleted if `prune`, else kept. `defaults` are the fields of a new rule: what
    differs from them is shown of a rule that is created or deleted.
    """
    by_name = {fields["rule_name"]: fields for fields in wanted}
    create, change, same = [], [], []
    for name, fields in sorted(by_name.items()):
        there = present.get(name)
        if there is None:
            create.append(RuleChange(name, None, changes_between(defaults, fields)))
        elif differing := changes_between(there.fields, fields):
            change.append(RuleChange(name, there.version, differing))
        else:
            same.append(name)
    surplus = sorted(set(present) - set(by_name))
    gone = [
        RuleChange(name, present[name].version, changes_between(present[name].fields, defaults))
        for name in surplus
    ]
    return SetPlan(
        tuple(create),
        tuple(change),
        tuple(gone) if prune else (),
        tuple(same),
        () if prune else tuple(surplus),
    )
