"""JSON of contacts and on-call rotations, in and out."""

from typing import Any

from rest_framework import serializers

from alerts.serializers.fields import WholeNumber


class ContactInput(serializers.Serializer[Any]):
    """A person and the addresses; with PUT a field that is not given stays as it is."""

    name = serializers.CharField(max_length=255)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(
        max_length=16, required=False, allow_blank=True, help_text="E.164, such as +4915112345678"
    )
    slack_id = serializers.CharField(max_length=32, required=False, allow_blank=True)
    subject = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="the person's id in tokens or login in the admin",
    )


class Contact(serializers.Serializer[Any]):
    """A person with the addresses."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    slack_id = serializers.CharField()
    subject = serializers.CharField()


class Person(serializers.Serializer[Any]):
    """Who somebody is, without any address."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class RotationInput(serializers.Serializer[Any]):
    """A rotation; with PUT a field that is not given stays as it is."""

    name = serializers.CharField(max_length=255)
    time_zone = serializers.CharField(max_length=64, required=False, help_text="Europe/Berlin")
    handoff_weekday = WholeNumber(
        min_value=0, max_value=6, required=False, help_text="0 is Monday, which is the default"
    )
    handoff_time = serializers.TimeField(help_text="by the clock on a wall in the time zone")
    first_week = serializers.DateField(
        required=False,
        help_text="any day of the week of the first member; else whose turn it is stays",
    )
    members = serializers.ListField(
        child=serializers.UUIDField(), help_text="ids of contacts in the order of their turns"
    )


class Rotation(serializers.Serializer[Any]):
    """One rotation and who takes part."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    time_zone = serializers.CharField()
    handoff_weekday = serializers.IntegerField()
    handoff_time = serializers.TimeField()
    first_week = serializers.DateField()
    members = serializers.SerializerMethodField()

    def get_members(self, rotation: Any) -> list[dict[str, str]]:
        """Return the people in the order of their turns."""
        members = sorted(rotation.members.all(), key=lambda member: member.position)
        return [{"id": str(member.contact_id), "name": member.contact.name} for member in members]


class Shift(serializers.Serializer[Any]):
    """One person's time."""

    person = Person(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    stands_in = serializers.BooleanField(help_text="by an override, and not by turn")


class OnCall(serializers.Serializer[Any]):
    """Who is on call at an instant, and what comes next."""

    rotation_id = serializers.UUIDField()
    at = serializers.DateTimeField()
    person = Person(allow_null=True)
    until = serializers.DateTimeField(help_text="the present shift ends")
    upcoming = Shift(many=True, help_text="the shifts of the next six weeks")


class OverrideInput(serializers.Serializer[Any]):
    """Who stands in, and when."""

    contact_id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=255, required=False, allow_blank=True)


class Override(serializers.Serializer[Any]):
    """One override as it was written."""

    id = serializers.IntegerField()
    person = Person(source="contact")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField()
