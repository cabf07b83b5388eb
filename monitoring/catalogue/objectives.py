"""Objectives and their error budgets, measured by this service."""

from monitoring.catalogue.spec import gauge

OBJECTIVES = (
    gauge(
        "slo_burn_rate",
        "",
        "How many times as fast as allowed the error budget was spent in the window.",
        "slo",
        "window",
    ),
    gauge(
        "slo_burn_rate_pair",
        "",
        "The smaller burn rate of a long window and the short one that tells whether it goes on.",
        "slo",
        "pair",
    ),
    gauge(
        "slo_error_budget_remaining",
        "",
        "Share of the error budget that is left: 1 untouched, 0 spent, negative overspent.",
        "slo",
    ),
    gauge(
        "slo_compliance_percent",
        "percent",
        "Share of time or requests in the window of the objective that was good.",
        "slo",
    ),
    gauge(
        "slo_budget_exhausted_seconds",
        "seconds",
        "How long the error budget lasts if it goes on as now, at most the window of the objective.",
        "slo",
    ),
)
