"""Rules in the admin: every write goes through the services, as those of the API do."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from alerts import services
from alerts.admin.look import STYLES, age, badge
from alerts.channels.registry import CHANNELS, why_unusable
from alerts.models import AlertRule
from alerts.models.alert import State
from alerts.services.rules import SPECIFIED_CHANNELS
from monitoring.errors import DomainError

if TYPE_CHECKING:
    AlertRuleAdminBase = admin.ModelAdmin[AlertRule]
    RuleFormBase = forms.ModelForm[AlertRule]
else:
    AlertRuleAdminBase, RuleFormBase = admin.ModelAdmin, forms.ModelForm


def _channel_choices() -> list[tuple[str, str]]:
    """Return every channel a rule may name, with what it still lacks."""
    names = sorted(SPECIFIED_CHANNELS | set(CHANNELS))
    return [
        (name, f"{name} ({problem})" if (problem := why_unusable(name)) else name) for name in names
    ]


class RuleForm(RuleFormBase):
    """A rule, with its channels to tick."""

    notification_channels = forms.MultipleChoiceField(
        choices=_channel_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = AlertRule
        fields = (
            "rule_name",
            "metric_name",
            "condition",
            "threshold",
            "duration",
            "severity",
            "enabled",
            "notification_channels",
            "label_matchers",
            "no_data_policy",
            "cooldown_minutes",
            "annotations",
        )

    def clean_rule_name(self) -> str:
        """Refuse a name that another rule has; the constraint cannot tell here, since it leaves out deleted ones."""
        name: str = self.cleaned_data["rule_name"]
        if AlertRule.objects.filter(rule_name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("a rule of this name exists already")
        return name


@admin.register(AlertRule)
class AlertRuleAdmin(AlertRuleAdminBase):
    """What is watched. A change of terms closes the rule's open alerts."""

    form = RuleForm
    list_display = (
        "rule_name",
        "fires_when",
        "how_severe",
        "enabled",
        "channels",
        "open_now",
        "evaluated",
    )
    list_filter = ("enabled", "severity", "no_data_policy", "updated_at")
    search_fields = ("rule_name", "metric_name")
    list_per_page = 100
    ordering = ("rule_name",)
    readonly_fields = ("version", "last_evaluated_at", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": (("rule_name", "enabled"),)}),
        (
            "A breach is",
            {"fields": ("metric_name", ("condition", "threshold", "duration"), "label_matchers")},
        ),
        (
            "Then",
            {"fields": ("severity", "notification_channels", "cooldown_minutes", "annotations")},
        ),
        ("If a series stops reporting", {"fields": ("no_data_policy",)}),
        ("History", {"fields": (("version", "created_at", "updated_at", "last_evaluated_at"),)}),
    )
    actions = ("enable", "disable", "evaluate_now")

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        """Return the rules with how many alerts each has open."""
        firing = Count("alerts", filter=Q(alerts__state=State.FIRING))
        pending = Count("alerts", filter=Q(alerts__state=State.PENDING))
        return super().get_queryset(request).annotate(firing=firing, pending=pending)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what the service refuses although the form let it pass: two people at once, one name."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, f"Not saved: {error.message}.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: AlertRule, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Create or change the rule through the services."""
        by = request.user.get_username()
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            services.update_rule(obj.pk, changes, by=by, at=timezone.now())
        else:
            services.create_rule({**form.cleaned_data, "id": obj.pk}, by=by)

    def delete_model(self, request: HttpRequest, obj: AlertRule) -> None:
        """Take the rule out of use and close its alerts; they stay as history."""
        services.delete_rule(obj.pk, by=request.user.get_username(), at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AlertRule]) -> None:
        """Delete each rule as if it were the only one."""
        for rule in queryset:
            self.delete_model(request, rule)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Announce what deletion does here: the rows stay, so nothing else is deleted or protected."""
        names = [str(rule) for rule in objs]
        return names, {"alert rules": len(names)}, set(), []

    @admin.display(description="fires when", ordering="metric_name")
    def fires_when(self, rule: AlertRule) -> str:
        """Return the rule in one line."""
        return rule.terms

    @admin.display(description="severity", ordering="severity")
    def how_severe(self, rule: AlertRule) -> SafeString:
        """Return the severity as a coloured word."""
        return badge(rule.severity)

    @admin.display(description="channels")
    def channels(self, rule: AlertRule) -> str:
        """Return whom the rule tells, or that it tells nobody."""
        return ", ".join(rule.notification_channels) or "nobody"

    @admin.display(description="open now")
    def open_now(self, rule: Any) -> str:
        """Return how many of its alerts fire or are pending."""
        parts = [(rule.firing, "firing"), (rule.pending, "pending")]
        return ", ".join(f"{number} {word}" for number, word in parts if number)

    @admin.display(description="evaluated", ordering="last_evaluated_at")
    def evaluated(self, rule: AlertRule) -> str:
        """Return how long ago the rule was evaluated."""
        if rule.last_evaluated_at is None:
            return "never"
        return f"{age(rule.last_evaluated_at, None, at=timezone.now())} ago"

    @admin.action(description="Enable the selected rules", permissions=["change"])
    def enable(self, request: HttpRequest, selected: QuerySet[AlertRule]) -> None:
        """Evaluate the rules from now on."""
        self._switch(request, selected, enabled=True)

    @admin.action(description="Disable the selected rules", permissions=["change"])
    def disable(self, request: HttpRequest, selected: QuerySet[AlertRule]) -> None:
        """Evaluate the rules no more, and close their alerts."""
        self._switch(request, selected, enabled=False)

    @admin.action(description="Evaluate the selected rules now", permissions=["change"])
    def evaluate_now(self, request: HttpRequest, selected: QuerySet[AlertRule]) -> None:
        """Evaluate at once what beat would evaluate within a minute, and say what came of it."""
        at = timezone.now()
        ids = [rule.pk for rule in selected]
        owed = services.evaluate_rules(at=at, rule_ids=ids)
        evaluated = AlertRule.objects.filter(pk__in=ids, last_evaluated_at=at).count()
        fresh = self.get_queryset(request).filter(pk__in=ids).order_by("rule_name")
        states = "; ".join(f"{rule}: {self.open_now(rule) or 'quiet'}" for rule in fresh)
        self.message_user(
            request, f"{evaluated} of {len(ids)} evaluated, {len(owed)} messages owed. {states}"
        )

    def _switch(
        self, request: HttpRequest, selected: QuerySet[AlertRule], *, enabled: bool
    ) -> None:
        by, at = request.user.get_username(), timezone.now()
        changed = [rule for rule in selected if rule.enabled is not enabled]
        for rule in changed:
            services.update_rule(rule.pk, {"enabled": enabled}, by=by, at=at)
        word = "Enabled" if enabled else "Disabled"
        self.message_user(request, f"{word}: {len(changed)}.")
