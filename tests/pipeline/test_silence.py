"""A silence over the API holds a mail back, and its end lets it go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.demo.mailbox import Mailbox
from tests.pipeline.alerting import BREACH, add_rule, evaluate, happened
from tests.pipeline.conftest import StartService

pytestmark = pytest.mark.pipeline


def test_a_silenced_alert_is_told_once_somebody_ends_the_silence(
    start_service: StartService, mailbox: Mailbox
) -> None:
    service = start_service()
    service.periodic.append("alerts.review_held")
    add_rule(service)
    silence = service.api(
        "POST",
        "/alerts/silences",
        role="operator",
        json={
            "matchers": [{"label": "service_name", "op": "=", "value": "payment-service"}],
            "ends_at": (timezone.now() + timedelta(hours=1)).isoformat(),
            "owner": "Ana",
            "reason": "load test",
        },
    )

    evaluate(service, BREACH, "a")
    (hidden,) = service.wait_until(
        lambda: service.api("GET", "/alerts/hidden", role="user")["hidden"], "it is hidden"
    )
    mails_while_hidden = list(mailbox.messages)
    service.api("DELETE", f"/alerts/silences/{silence['id']}", role="operator")
    (mail,) = service.wait_until(lambda: mailbox.messages, "the mail, once nothing hides it")

    assert (hidden["by"], hidden["id"], hidden["notifications"]) == ("silence", silence["id"], 1)
    assert "load test" in hidden["reason"]
    assert mails_while_hidden == []
    assert hidden["alert"]["id"] in mail.text
    assert "(firing)" in mail.subject
    assert happened(service, hidden["alert"]) == ["fired", "hidden", "released"]
    assert service.api("GET", "/alerts/hidden", role="user")["total"] == 0
