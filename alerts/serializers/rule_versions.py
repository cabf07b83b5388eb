"""JSON of rule versions, in and out."""

from typing import Any

from rest_framework import serializers

from alerts.serializers.fields import WholeNumber


class RuleVersion(serializers.Serializer[Any]):
    """What a rule said from one change to the next."""

    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField()
    changed_by = serializers.CharField(help_text="empty for what came with the installation")
    note = serializers.CharField(help_text="such as: rolled back to version 3")
    rule = serializers.DictField(source="fields", help_text="every field that a person may set")


class RuleFieldChange(serializers.Serializer[Any]):
    """One field in two versions."""

    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class RuleDiff(serializers.Serializer[Any]):
    """In what two versions differ."""

    before = serializers.IntegerField(help_text="the version compared from")
    after = serializers.IntegerField(help_text="the version compared to")
    changes = RuleFieldChange(many=True)


class RuleDiffInput(serializers.Serializer[Any]):
    """Which versions to compare."""

    before = serializers.IntegerField(min_value=1, required=False)
    after = serializers.IntegerField(min_value=1, required=False)


class RollbackInput(serializers.Serializer[Any]):
    """Which version to take up again."""

    version = WholeNumber(min_value=1)
