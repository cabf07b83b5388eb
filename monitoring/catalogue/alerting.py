"""Alerts and their delivery, counted by this service about itself."""

from monitoring.catalogue.spec import counter, gauge, histogram

ALERTING = (
    counter(
        "alert_transitions_total",
        "transitions",
        "Alerts that began to fire or were resolved, by severity.",
        "state",
        "severity",
    ),
    counter(
        "alert_rule_evaluation_failures_total",
        "evaluations",
        "Evaluations of a rule that its row or its data made impossible.",
        "rule_name",
    ),
    counter(
        "alert_rule_evaluations_missed_total",
        "evaluations",
        "Evaluations of rules that were due and did not take place.",
    ),
    counter(
        "notifications_total",
        "messages",
        "Tries to tell people of an alert, by how they ended, and messages that were not sent.",
        "channel",
        "outcome",
    ),
    histogram(
        "notification_delay_seconds",
        "seconds",
        "From the transition that owes a message to its receipt.",
        "channel",
        buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600),
    ),
    gauge(
        "alerting_canary",
        "seconds",
        "Instant of the canary's sample since the epoch, positive and negative in turns.",
    ),
    histogram(
        "alerting_canary_latency_seconds",
        "seconds",
        "From the canary's sample to the end of the alerting road.",
        buckets=(1, 2.5, 5, 10, 30, 60, 90, 120, 300),
    ),
    gauge(
        "alerting_canary_last_latency_seconds",
        "seconds",
        "How long the newest canary took from its sample to the end of the alerting road.",
    ),
    gauge(
        "alerting_audit_problem",
        "problems",
        "1 while the audit finds a duty overdue, 0 otherwise.",
        "check",
    ),
    histogram(
        "escalation_lateness_seconds",
        "seconds",
        "From the instant at which a step of an escalation chain was due to its being taken.",
        buckets=(1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900, 3_600),
    ),
    counter(
        "escalation_failures_total",
        "alerts",
        "Steps and reminders that the row of their alert made impossible; each is tried again.",
    ),
    counter(
        "alerts_hidden_total",
        "alerts",
        "Alerts whose messages were held back, by the reason: silence, window or inhibition.",
        "reason",
    ),
)
