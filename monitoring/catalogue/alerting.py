"""Alerts and their delivery, counted by this service about itself."""

from monitoring.catalogue.spec import counter, histogram

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
)
