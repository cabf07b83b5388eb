"""What an evaluation asks of the database: as much for many rules as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import AlertRule
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, report, rule_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]

_FRAME = {"BEGIN", "SAVEPOINT", "RELEASE", "COMMIT"}


def test_the_number_of_queries_does_not_grow_with_rules_and_series() -> None:
    def queries_for(rules: int, first_minute: int) -> list[int]:
        for number in range(rules):
            rule_on(f"m{number}", duration=60, notification_channels=["email"])
        counts = []
        for minute, value in enumerate([85, 85, 85, 50], first_minute):
            for number in range(rules):
                report(f"m{number}{{host=a}}", value, at=NOON + minute * MINUTE)
            with CaptureQueriesContext(connection) as queries:
                evaluate(minute)
            counts.append(len(queries))
        AlertRule.objects.update(enabled=False)
        return counts

    assert queries_for(2, 0) == queries_for(20, 10)


@pytest.mark.django_db(
    transaction=True
)  # a transaction that has written samples looks at them anew
def test_an_evaluation_in_which_nothing_happens_asks_and_writes_little() -> None:
    rule_on()
    report("cpu", 50)
    evaluate()
    evaluate(1)

    with CaptureQueriesContext(connection) as queries:
        evaluate(2)

    statements = [query["sql"].split()[0] for query in queries]
    assert [each for each in statements if each not in _FRAME] == [
        "SELECT",  # no other evaluator is at work
        "SELECT",  # nobody changes a rule
        "SELECT",  # the rules
        "SELECT",  # earlier evaluations
        "SELECT",  # open alerts
        "SELECT",  # newest values
        "INSERT",  # the rules were evaluated
    ]
