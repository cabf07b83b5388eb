"""An alert fires, is taken and ends: one incident in PagerDuty, one message in Slack, two texts."""

import pytest

from tests.monitoring.raw_peer import RawPeer
from tests.pipeline.alerting import BREACH, FINE, add_rule, evaluate, firing
from tests.pipeline.conftest import StartService
from tests.pipeline.providers import (
    ENQUEUE,
    PHONE,
    POST,
    SMS,
    TIMESTAMP,
    UPDATE,
    Providers,
    variables,
)

pytestmark = pytest.mark.pipeline


def test_providers_follow_an_alert_from_its_beginning_to_its_end(
    start_service: StartService,
) -> None:
    providers = Providers()

    def told() -> tuple[int, int, int]:
        asked = providers.at(ENQUEUE), providers.at(POST, UPDATE), providers.at(SMS)
        return len(asked[0]), len(asked[1]), len(asked[2])

    with RawPeer(providers.script) as peer:
        service = start_service(**variables(peer.port))
        add_rule(service, notification_channels=["pagerduty", "slack", "sms"])
        evaluate(service, BREACH, "a")
        alert = firing(service, 1)["a"]
        service.wait_until(lambda: told() == (1, 1, 1), "all three know that it fires")
        body = {"acknowledged_by": "Ana"}
        service.api("POST", f"/alerts/{alert['id']}/acknowledge", role="admin", json=body)
        service.wait_until(lambda: told() == (2, 3, 1), "those that follow know that Ana has it")
        evaluate(service, FINE, "a")
        service.wait_until(lambda: told() == (3, 5, 2), "all three know that it is over")

    events = [
        (asked.json["event_action"], asked.json["dedup_key"]) for asked in providers.at(ENQUEUE)
    ]
    actions = ("trigger", "acknowledge", "resolve")
    assert events == [(action, alert["id"]) for action in actions]
    paths = [asked.path for asked in providers.at(POST, UPDATE)]
    assert paths == [POST, UPDATE, POST, UPDATE, POST]
    assert [asked.json["ts"] for asked in providers.at(UPDATE)] == [TIMESTAMP, TIMESTAMP]
    _, *in_thread = providers.at(POST)
    assert [asked.json["thread_ts"] for asked in in_thread] == [TIMESTAMP, TIMESTAMP]
    assert "acknowledged by Ana" in in_thread[0].json["text"]
    assert "(resolved)" in in_thread[1].json["text"]
    texts = [(asked.form["To"], asked.form["Body"]) for asked in providers.at(SMS)]
    assert [to for to, _ in texts] == [PHONE, PHONE]
    assert ["firing" in texts[0][1], "resolved" in texts[1][1]] == [True, True]
