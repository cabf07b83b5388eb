"""A post-mortem drafted from what is known."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.timeline.lines import Line, Origin, Place
from alerts.timeline.measures import Course
from alerts.timeline.postmortem import AlertSummary, IncidentSummary, drafted, escaped
from tests.alerts.factories import NOON

MINUTE = timedelta(minutes=1)
OUTAGE = IncidentSummary(
    title="Payment Service Outage",
    severity="critical",
    status="resolved",
    services=["payment-service"],
    description="",
    root_cause="A full disk",
    resolution="",
    course=Course(NOON, NOON + 2 * MINUTE, NOON + 90 * MINUTE),
    alerts=[
        AlertSummary("Hot", "critical", "payment-service", NOON, NOON + 61 * MINUTE),
        AlertSummary("Slow", "warning", "", NOON, None),
        AlertSummary("Warm", "info", "", None, None),
    ],
)


def line(minutes: float, kind: str, text: str = "text", actor: str = "", via: str = "") -> Line:
    return Line(Place(NOON + minutes * MINUTE, Origin.EVENT, 1), kind, text, actor, via)


LINES = [
    line(0, "fired", "Hot: fires, value 95"),
    line(0.5, "message_sent", "Hot: firing message sent", via="email"),
    line(2, "acknowledged", "Hot: acknowledged", actor="ana", via="slack"),
]
GOLDEN = """\
# Post-mortem: Payment Service Outage

| Fact |  |
| --- | --- |
| Severity | critical |
| Status | resolved |
| Services | payment-service |
| Detected | 2025-01-12 12:00:00 UTC |
| Resolved | 2025-01-12 13:30:00 UTC |
| Time to acknowledge | 2 min |
| Time to resolve | 1 h 30 min |

## Summary

An incident of severity critical on payment-service began at 2025-01-12 12:00:00 UTC. It lasted 1 h 30 min.

## Impact

| Alert | Severity | Service | Fired | Lasted |
| --- | --- | --- | --- | --- |
| Hot | critical | payment-service | 2025-01-12 12:00:00 UTC | 1 h 1 min |
| Slow | warning |  | 2025-01-12 12:00:00 UTC | fires still |
| Warm | info |  | did not fire |  |

## Timeline

| At | What happened | Who | By way of |
| --- | --- | --- | --- |
| 2025-01-12 12:00:00 UTC | Hot: fires, value 95 |  |  |
| 2025-01-12 12:00:30 UTC | Hot: firing message sent |  | email |
| 2025-01-12 12:02:00 UTC | Hot: acknowledged | ana | slack |

## Root cause

A full disk

## Resolution

Not written down yet.

## What went well

- Somebody had it after 2 min.
- All messages arrived with their channels: 1 sent.

## What went badly

- The records show nothing; people may.

## Actions

| Action | Owner | Due |
| --- | --- | --- |
|  |  |  |
"""


def section(markdown: str, title: str) -> str:
    return markdown.partition(f"## {title}\n\n")[2].partition("\n\n## ")[0]


def test_a_draft_word_for_word() -> None:
    assert drafted(OUTAGE, LINES) == GOLDEN


def test_an_incident_that_lasts_and_that_nobody_has_says_so() -> None:
    lasting = replace(OUTAGE, course=Course(NOON), services=[], alerts=[])

    markdown = drafted(lasting, [])

    assert "| Resolved | not yet |" in markdown
    assert "| Time to acknowledge | nobody yet |" in markdown
    assert "| Services | none named |" in markdown
    assert section(markdown, "Summary").endswith("12:00:00 UTC. It is not over yet.")
    assert section(markdown, "Impact").startswith("No alert is linked")
    assert section(markdown, "What went badly") == "- Nobody acknowledged it."


def test_what_people_wrote_stands_where_it_belongs() -> None:
    told = replace(OUTAGE, description="Nobody could pay", resolution="More disk")

    markdown = drafted(told, [])

    assert section(markdown, "Summary") == "Nobody could pay"
    assert section(markdown, "Resolution") == "More disk"


@pytest.mark.parametrize(("waited", "slow"), [(14.99, False), (15, True)])
def test_a_quarter_of_an_hour_without_anybody_went_badly(waited: float, *, slow: bool) -> None:
    taken = replace(OUTAGE, course=Course(NOON, NOON + waited * MINUTE))

    markdown = drafted(taken, [])

    assert ("Nobody had it for" in section(markdown, "What went badly")) is slow
    assert ("Somebody had it after" in section(markdown, "What went well")) is not slow


def test_what_the_records_show_as_bad_is_listed() -> None:
    kinds = [
        "exhausted",
        "unacknowledged",
        "message_sent",
        "message_permanent",
        "message_dead",
        "message_failed",
        "message_transient",
        "message_transient",
    ]

    markdown = drafted(OUTAGE, [line(1, kind) for kind in kinds])

    assert section(markdown, "What went badly").splitlines() == [
        "- Escalation ended unheard: 1 times.",
        "- Acknowledgements lapsed: 1.",
        "- Messages that never arrived: 3.",
        "- Tries that had to be repeated: 2.",
    ]
    assert "All messages arrived" not in markdown


def test_a_timeline_that_goes_on_says_so() -> None:
    assert "The timeline goes on" in drafted(OUTAGE, LINES, more=True)


def test_a_title_cannot_break_the_table_or_become_a_link() -> None:
    assert escaped("a|b\n# [x](http://e) `c` <b> \\") == (r"a\|b \# \[x\](http://e) \`c\` \<b\> \\")


@given(st.text())
def test_every_row_of_the_table_keeps_its_cells(text: str) -> None:
    markdown = drafted(replace(OUTAGE, title=text), [line(1, "noted", text, actor=text)])

    rows = section(markdown, "Timeline").splitlines()
    assert len(rows) == 3
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", rows[2])) == 5
