"""Whom a step of a chain tells: the person's address of this moment, or somebody else rather than nobody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from alerts.channels import registry
from alerts.escalation.chain import Step
from alerts.models import Contact, EscalationStep, OnCallRotation, RotationMember, RotationOverride
from alerts.oncall.turns import on_call
from alerts.outbox import Recipient
from alerts.services.oncall import turns_of

# The channels that have an address of each person, in the order in which they are tried instead of another one.
PERSONAL = ("slack", "email", "sms")


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is told, by what."""

    who: str
    """Name of the person; empty for the recipients of a channel."""
    recipients: Sequence[Recipient]
    note: str = ""
    """Why it is not whom the step names; empty if it is."""


class Directory:
    """The people and turns at one instant, read once, when they are first needed."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    @cached_property
    def contacts(self) -> dict[str, Contact]:
        """All contacts by id."""
        return {str(contact.pk): contact for contact in Contact.objects.all()}

    @cached_property
    def on_call(self) -> dict[str, str | None]:
        """Who is on call now, as the id of a contact, by the id of the rotation."""
        members: dict[object, list[RotationMember]] = defaultdict(list)
        for member in RotationMember.objects.order_by("position"):
            members[member.rotation_id].append(member)
        standing_in: dict[object, list[RotationOverride]] = defaultdict(list)
        now = RotationOverride.objects.filter(starts_at__lte=self.at, ends_at__gt=self.at)
        for override in now.order_by("pk"):
            standing_in[override.rotation_id].append(override)
        found = {}
        for row in OnCallRotation.objects.all():
            rotation, overrides = turns_of(row, members[row.pk], standing_in[row.pk])
            found[str(row.pk)] = on_call(rotation, overrides, self.at)
        return found

    def person_of(self, step: Step) -> Contact | None:
        """Return the person whom a step names, or who is on call; None if there is none any more."""
        target: str | None = step.target
        if step.kind == EscalationStep.Kind.ROTATION:
            target = self.on_call.get(step.target)
        return self.contacts.get(target or "")

    def known_as(self, names: Iterable[str]) -> Contact | None:
        """Return the person who goes by one of these subjects, names or addresses."""
        known = {name for name in names if name}
        for contact in self.contacts.values():
            if known & {contact.subject, contact.name, contact.email}:
                return contact
        return None


def whom(step: Step, directory: Directory) -> Reach:
    """Return whom a step tells now.

    Where its channel cannot reach the person another one does; where none can, or there is no such person, the
    channel's own recipients are told, or those of whatever channel is set up: somebody rather than nobody. With
    no channel at all there is nobody, and the note says so.
    """
    if step.kind == EscalationStep.Kind.CHANNEL:
        return _everybody(step.channel, "")
    person = directory.person_of(step)
    if person is None:
        return _everybody(step.channel, f"{step.name or step.kind}: there is nobody")
    direct = reach_person(person, (step.channel,))
    if direct.recipients:
        return direct
    problem = f"{person.name} cannot be reached by {step.channel}"
    other = reach_person(person, PERSONAL)
    if other.recipients:
        return Reach(other.who, other.recipients, problem)
    return _everybody(step.channel, problem)


def reach_person(person: Contact, channels: Sequence[str]) -> Reach:
    """Return how a person is told by the first of these channels that can; without recipients if none can."""
    for channel in channels:
        address = person.address_on(channel)
        if address and not registry.why_unusable(channel):
            return Reach(person.name, [Recipient(channel, address)])
    return Reach(person.name, [])


def _everybody(channel: str, note: str) -> Reach:
    """Return the recipients of the channel itself, or of the first that is set up."""
    problem = registry.why_unusable(channel)
    if problem:
        usable = registry.for_people()
        note = "; ".join(filter(None, [note, f"{channel}: {problem}"]))
        if not usable:
            return Reach("", [], note)
        channel = usable[0]
    recipients = dict.fromkeys(registry.CHANNELS[channel].recipients())
    return Reach("", [Recipient(channel, each) for each in recipients], note)
