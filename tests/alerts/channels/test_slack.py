"""The Slack channel against a server that speaks Slack's Web API."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from alerts.channels.base import Receipt
from alerts.channels.slack import SlackChannel
from alerts.channels.slack_verdict import IN_DOUBT, MALFORMED, TEMPORARY, judge
from alerts.messages import Message
from tests.alerts.channels.provider import Reply, reply
from tests.alerts.channels.sending_http import TAKEN, TOKEN, outcome, provider, refusal, send
from tests.alerts.channels.writing import AT, PAYLOAD, message

OK = TAKEN["slack"]
WHERE = "C012AB3CD:1736683500.000100"


def no(word: str, **further: Any) -> bytes:
    return reply("200 OK", {"ok": False, "error": word, **further})


def to_slack(**changes: Any) -> Message:
    payload = changes.pop("payload", {})
    return replace(message("C012AB3CD", **payload), **changes)


def test_a_message_is_posted_with_its_identity_and_the_bots_token(settings: Settings) -> None:
    with provider(settings, OK) as played:
        receipt = send("slack")

    (asked,) = played.asked
    assert (asked.method, asked.path) == ("POST", "/api/chat.postMessage")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["content-type"] == "application/json; charset=utf-8"
    assert asked.json["channel"] == "C012AB3CD"
    assert asked.json["text"] == "[critical] service_down: payment-service (firing)"
    assert asked.json["metadata"]["event_payload"] == {"dedup_key": "k" * 64}
    assert "*Since:* 2025-01-12 12:00:00 UTC" in asked.json["blocks"][0]["text"]["text"]
    assert receipt == Receipt(WHERE, "ok: posted")


@pytest.mark.parametrize(
    "word",
    [
        "channel_not_found",
        "invalid_auth",
        "token_revoked",
        "not_in_channel",
        "is_archived",
        "account_inactive",
        "missing_scope",
        "not_allowed_token_type",
        "restricted_action",
        "no_permission",
        "a_word_of_next_year",
    ],
)
def test_a_word_about_the_message_or_the_bot_is_permanent(settings: Settings, word: str) -> None:
    error = refusal(settings, "slack", no(word))

    assert (outcome(error), error.reason) == ((True, False, None), f"Slack: {word}")


@pytest.mark.parametrize("word", sorted(TEMPORARY))
def test_a_word_about_this_moment_is_tried_again(settings: Settings, word: str) -> None:
    assert outcome(refusal(settings, "slack", no(word))) == (False, False, None)


@pytest.mark.parametrize("word", sorted(IN_DOUBT))
def test_a_word_that_leaves_it_open_is_in_doubt(settings: Settings, word: str) -> None:
    assert outcome(refusal(settings, "slack", no(word))) == (False, True, None)


def test_what_slack_explains_is_passed_on(settings: Settings) -> None:
    explained = no("missing_scope", response_metadata={"messages": ["needs chat:write"]})

    assert refusal(settings, "slack", explained).reason == "Slack: missing_scope needs chat:write"


@pytest.mark.parametrize("word", sorted(MALFORMED))
def test_blocks_that_are_refused_are_replaced_by_plain_text(settings: Settings, word: str) -> None:
    with provider(settings, no(word), OK) as played:
        receipt = send("slack")

    first, second = (asked.json for asked in played.asked)
    assert "blocks" in first
    assert "blocks" not in second
    assert second["text"].startswith("[critical] service_down: payment-service (firing)\n")
    assert "Value: 0 (alerts when == 0)" in second["text"]
    assert receipt.reference == WHERE


def test_a_change_edits_the_first_message_and_is_a_line_of_its_thread(settings: Settings) -> None:
    over = to_slack(kind="resolved", payload={"state": "resolved"}, first_reference=WHERE)
    with provider(settings, OK) as played:
        receipt = send("slack", over)

    update, line = played.asked
    assert update.path == "/api/chat.update"
    assert (update.json["channel"], update.json["ts"]) == ("C012AB3CD", "1736683500.000100")
    assert "(resolved)" in update.json["blocks"][0]["text"]["text"]
    assert line.path == "/api/chat.postMessage"
    assert line.json["thread_ts"] == "1736683500.000100"
    assert line.json["text"] == "[critical] service_down: payment-service (resolved)"
    assert receipt == Receipt(WHERE, "ok: changed in place")


@pytest.mark.parametrize("word", ["message_not_found", "edit_window_closed", "cant_update_message"])
def test_where_the_first_message_cannot_be_changed_another_is_posted(
    settings: Settings, word: str
) -> None:
    with provider(settings, no(word), OK) as played:
        receipt = send("slack", to_slack(first_reference="C012AB3CD:1.1"))

    assert [asked.path for asked in played.asked] == ["/api/chat.update", "/api/chat.postMessage"]
    assert "thread_ts" not in played.asked[1].json
    assert receipt.reference == WHERE


def test_an_edit_that_may_have_arrived_is_made_again(settings: Settings) -> None:
    error = refusal(settings, "slack", [OK, no("internal_error")], to_slack(first_reference=WHERE))

    assert outcome(error) == (False, True, None)


def test_an_edit_that_is_rate_limited_posts_nothing_else(settings: Settings) -> None:
    limited = reply("429 Slow", {"ok": False, "error": "ratelimited"}, Retry_After="30")
    with provider(settings, limited) as played, pytest.raises(Exception, match="ratelimited"):
        send("slack", to_slack(first_reference=WHERE))

    assert len(played.asked) == 1


def test_the_message_of_several_alerts_stays_when_one_of_them_ends(settings: Settings) -> None:
    with provider(settings, OK) as played:
        receipt = send("slack", to_slack(kind="resolved", first_reference=f"{WHERE}+2"))

    (line,) = played.asked
    assert line.json["thread_ts"] == "1736683500.000100"
    assert receipt.reference == f"{WHERE}+2"


def test_a_message_of_several_alerts_says_so_in_its_receipt(settings: Settings) -> None:
    with provider(settings, OK) as played:
        receipt = send("slack", to_slack(members=(PAYLOAD, PAYLOAD), first_reference="C1:1.1"))

    assert [asked.path for asked in played.asked] == ["/api/chat.postMessage"]
    assert receipt.reference == f"{WHERE}+2"


@pytest.mark.parametrize("reference", ["", "<a@mail>", "SM123", ":1.1", "C1:"])
def test_a_reference_of_another_kind_means_a_new_message(
    settings: Settings, reference: str
) -> None:
    with provider(settings, OK) as played:
        send("slack", to_slack(first_reference=reference))

    assert [asked.path for asked in played.asked] == ["/api/chat.postMessage"]


def history(*keys: str) -> Reply:
    posted = [
        {"ts": f"{number}.5", "metadata": {"event_payload": {"dedup_key": key}}}
        for number, key in enumerate(keys)
    ]
    return reply("200 OK", {"ok": True, "messages": [{"ts": "9.9"}, *posted]})


def test_a_message_in_doubt_that_had_arrived_is_not_posted_again(settings: Settings) -> None:
    with provider(settings, history("other", "k" * 64)) as played:
        receipt = send("slack", to_slack(in_doubt=True))

    (asked,) = played.asked
    assert (asked.path, asked.form["channel"]) == ("/api/conversations.history", "C012AB3CD")
    assert asked.form["include_all_metadata"] == "1"
    assert receipt == Receipt("C012AB3CD:1.5", "ok: found, an earlier try had arrived")


@pytest.mark.parametrize(
    "answer", [history("other"), no("missing_scope"), reply("200 OK", {"ok": True})]
)
def test_a_message_in_doubt_that_is_not_found_is_posted(settings: Settings, answer: Reply) -> None:
    with provider(settings, answer, OK) as played:
        assert send("slack", to_slack(in_doubt=True)).reference == WHERE

    assert played.asked[1].path == "/api/chat.postMessage"


def test_a_yes_without_a_place_is_in_doubt(settings: Settings) -> None:
    assert outcome(refusal(settings, "slack", reply("200 OK", {"ok": True}))) == (False, True, None)


def test_a_client_that_asked_nothing_took_nothing() -> None:
    assert outcome(judge(None, at=AT)) == (False, False, None)


def test_what_is_missing_is_named(settings: Settings) -> None:
    settings.SLACK_TOKEN = settings.SLACK_ALERTS_CHANNEL = ""
    assert SlackChannel().missing() == ["SLACK_TOKEN", "SLACK_ALERTS_CHANNEL"]

    settings.SLACK_TOKEN, settings.SLACK_ALERTS_CHANNEL = TOKEN, "#alerts"
    assert SlackChannel().missing() == []
    assert SlackChannel().recipients() == ["#alerts"]
