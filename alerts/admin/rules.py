"""Rules in the admin: every write goes through the services, as those of the API do."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, Count, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from alerts import services
from alerts.admin.look import STYLES, age, badge
from alerts.admin.refusals import RefusingForm, back_with_refusal
from alerts.admin.rule_form import FIELDSETS, RuleForm
from alerts.admin.rule_pages import RulePages
from alerts.models import AlertRule, EvaluationState
from alerts.models.alert import State
from monitoring.errors import DomainError


@admin.register(AlertRule)
class AlertRuleAdmin(RulePages, RefusingForm):
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
    readonly_fields = ("version", "evaluated", "created_at", "updated_at")
    fieldsets = FIELDSETS
    actions = ("enable", "disable", "evaluate_now")

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        """Return the rules with how many alerts each has open."""
        firing = Count("alerts", filter=Q(alerts__state=State.FIRING))
        pending = Count("alerts", filter=Q(alerts__state=State.PENDING))
        # A rule that is evaluated in step with all others has no instant of its own.
        common = EvaluationState.objects.values("last_evaluated_at")[:1]
        in_step = Case(When(watched_since__isnull=False, then=Subquery(common)))
        evaluated = Coalesce("last_evaluated_at", in_step)
        rules = super().get_queryset(request)
        return rules.annotate(firing=firing, pending=pending, evaluated_at=evaluated)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what the rule sees now under its form."""
        context.update(self.beside_the_form(kwargs.get("obj"), at=timezone.now()))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: AlertRule, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Create or change the rule through the services."""
        by = request.user.get_username()
        if change:
            services.update_rule(
                obj.pk,
                form.columns(only_changed=True),
                by=by,
                at=timezone.now(),
                expected_version=form.cleaned_data["seen_version"],
            )
        else:
            services.create_rule({**form.columns(), "id": obj.pk}, by=by)

    def delete_model(self, request: HttpRequest, obj: AlertRule) -> None:
        """Take the rule out of use and close its alerts; they stay as history."""
        services.delete_rule(obj.pk, by=request.user.get_username(), at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AlertRule]) -> None:
        """Delete each rule as if it were the only one, composite ones before what they name."""
        waiting = list(queryset)
        while waiting:
            refusals = [self._refusal_to_delete(request, rule) for rule in waiting]
            refused = [rule for rule, text in zip(waiting, refusals, strict=True) if text]
            if len(refused) == len(waiting):
                self.message_user(request, f"Not deleted: {'; '.join(refusals)}.", messages.ERROR)
                return
            waiting = refused

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say why a rule cannot go, such as that an expression names it."""
        try:
            return super().delete_view(request, *args, **kwargs)
        except DomainError as error:
            return back_with_refusal(request, error)

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

    @admin.display(description="evaluated", ordering="evaluated_at")
    def evaluated(self, rule: Any) -> str:
        """Return how long ago the rule was evaluated; a form for a new one has no such row."""
        at = getattr(rule, "evaluated_at", None)
        return f"{age(at, None, at=timezone.now())} ago" if at else "never"

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

    def _refusal_to_delete(self, request: HttpRequest, rule: AlertRule) -> str:
        try:
            self.delete_model(request, rule)
        except DomainError as error:
            return error.message
        return ""

    def _switch(
        self, request: HttpRequest, selected: QuerySet[AlertRule], *, enabled: bool
    ) -> None:
        by, at = request.user.get_username(), timezone.now()
        changed = [rule for rule in selected if rule.enabled is not enabled]
        for rule in changed:
            services.update_rule(rule.pk, {"enabled": enabled}, by=by, at=at)
        word = "Enabled" if enabled else "Disabled"
        self.message_user(request, f"{word}: {len(changed)}.")
