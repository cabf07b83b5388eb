"""What each figure of a report means, in plain words: a report that is argued about carries its own rules; pure."""

from collections.abc import Sequence

Definitions = Sequence[tuple[str, str]]

_TIME = (
    "Period",
    (
        "From the first instant up to, and without, the last one, in UTC. Days, weeks and months are those of UTC: "
        "a change to summer time makes no day longer or shorter."
    ),
)
_PERCENTILE = (
    "p50, p95, p99",
    (
        "The time within which 50, 95 or 99 of 100 answers came. All answers of the period are counted in one "
        "histogram and the percentile is read from that; percentiles are never averaged. Where requests were measured "
        "one by one the error is less than 1 %; in a histogram that a service pushed, a percentile lies on a straight "
        "line within its bucket."
    ),
)

SLA: Definitions = (
    _TIME,
    (
        "Up, down",
        (
            "A service is asked at its interval, and each answer counts until the next one, for two intervals at most. "
            "A service is down when as many probes in a row failed as it is set to need; it then counts as down from "
            "the first of them, and until a probe says that it is no longer unhealthy. A failure that was over before "
            "that many counts as up. A degraded service answers, if slowly: it is up."
        ),
    ),
    (
        "Not measured",
        (
            "Time of which nothing is known: nothing was probed, or something that stands before the service was down. "
            "It counts neither as up nor as down, and it is shown."
        ),
    ),
    (
        "Maintenance",
        "Time that a maintenance window covered. It counts neither as up nor as down; where windows overlap, once.",
    ),
    (
        "Uptime",
        (
            "100 x up / (up + down), from the milliseconds of the whole period; never an average of averages. It is "
            "cut after the sixth decimal place, not rounded: 100 % is said only where nothing was down."
        ),
    ),
    (
        "Coverage",
        "100 x (up + down) / (up + down + not measured): how much of the time outside maintenance is known.",
    ),
    (
        "Target, met",
        (
            "The availability that the service is held to, as it was set when the report was made. Met: up is at least "
            "that share of up + down, compared in whole milliseconds."
        ),
    ),
    (
        "Allowed downtime",
        "(100 - target) % of up + down: what could have been down without missing the target.",
    ),
    (
        "Violation",
        (
            "A bucket of five minutes in which something was measured, and in which the uptime was below the target or "
            "the p95 above the latency target of the service. One that misses both counts once."
        ),
    ),
    (
        "Downtime",
        (
            "Buckets of five minutes side by side in which the service was down for a time. Down is the exact time "
            "within them; the downtimes of a service add up to its down. Declared is when the last of the failed "
            "probes that it took made it unhealthy."
        ),
    ),
    _PERCENTILE,
    (
        "What percentiles are of",
        "Requests as the service measured them; where there are none, the answers to our probes.",
    ),
    (
        "Error budget",
        (
            "What an objective allowed to be bad in the period of this report: (100 - target) % of all its time or "
            "requests. Left is the share of it that was not spent; below zero it was overspent."
        ),
    ),
)

PERFORMANCE: Definitions = (
    _TIME,
    (
        "Requests",
        (
            "Requests that services measured themselves: each one, or as a histogram that they pushed. Where a service "
            "did both in the same hour the single requests count."
        ),
    ),
    _PERCENTILE,
    ("Mean", "The sum of all times divided by the number of requests."),
    ("Slowest", "The longest time of any one request."),
    ("Errors", "Answers with a status of 500 to 599, and their share of all requests."),
    (
        "Apdex",
        (
            "(satisfied + tolerating / 2) / requests, from 0 to 1. An answer satisfies within the threshold named in "
            "this report, and is tolerated within four times that; one with a status of 500 or above is neither."
        ),
    ),
    (
        "Endpoint",
        "A method and a route, such as GET /orders/{id}: all requests of one route count together.",
    ),
)
