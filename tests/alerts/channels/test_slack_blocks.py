"""How a message looks in Slack."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from alerts.channels.slack_blocks import alert_ids, blocks, escape
from alerts.headlines import ActionLinks
from alerts.messages import Message
from alerts.wording import Fact
from tests.alerts.channels.writing import PAYLOAD, message

LINKS = ActionLinks("https://monitor.example.org/a/a1", "https://monitor.example.org/a/r1")
OWN = str(UUID(int=7))


def of_kind(kind: str, members: int = 0) -> Message:
    others = tuple({**PAYLOAD, "alert_id": str(UUID(int=100 + n))} for n in range(members))
    return replace(message(), kind=kind, members=others)


def buttons(sent: Message, *, has_door: bool = True) -> list[dict[str, Any]]:
    *_, last = blocks("text", sent, LINKS, has_door=has_door)
    elements: list[dict[str, Any]] = last.get("elements", [])
    return elements


def labels(elements: list[dict[str, Any]]) -> list[str]:
    return [element["text"]["text"] for element in elements]


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("firing", ["Acknowledge", "Resolve"]),
        ("escalation", ["Acknowledge", "Resolve"]),
        ("acknowledged", ["Resolve"]),
        ("reminder", ["Resolve"]),
        ("resolved", []),
        ("test", []),
    ],
)
def test_only_what_is_left_to_do_has_a_button(kind: str, offered: list[str]) -> None:
    assert labels(buttons(of_kind(kind))) == offered


def test_a_button_carries_what_it_is_about() -> None:
    acknowledge, resolve = buttons(of_kind("firing"))

    assert (acknowledge["action_id"], acknowledge["value"]) == ("acknowledge:0", OWN)
    assert (resolve["action_id"], resolve["value"]) == ("resolve:0", OWN)
    assert (acknowledge["style"], resolve["style"]) == ("primary", "danger")


def test_without_a_door_the_buttons_are_links_that_act() -> None:
    elements = buttons(of_kind("firing"), has_door=False)

    assert labels(elements) == ["Acknowledge", "Resolve"]
    assert [element["url"] for element in elements] == [LINKS.acknowledge, LINKS.resolve]
    assert blocks("text", of_kind("test"), ActionLinks(), has_door=False)[-1]["type"] == "section"


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (1, ["Acknowledge 1-2"]),
        (49, ["Acknowledge 1-50"]),
        (50, ["Acknowledge 1-50", "Acknowledge 51-51"]),
        (99, ["Acknowledge 1-50", "Acknowledge 51-100"]),
    ],
)
def test_the_buttons_of_several_alerts_take_fifty_each(members: int, names: list[str]) -> None:
    elements = buttons(of_kind("firing", members))

    assert labels(elements) == names
    assert len({element["action_id"] for element in elements}) == len(elements)
    assert all(len(element["value"]) <= 2_000 for element in elements)
    taken = ",".join(element["value"] for element in elements).split(",")
    assert taken == list(alert_ids(of_kind("firing", members)))


def test_an_alert_counts_once_and_one_without_an_id_does_not() -> None:
    sent = replace(message(), members=({"alert_id": OWN}, {"title": "old"}, {"alert_id": "2"}))

    assert alert_ids(sent) == [OWN, "2"]


@pytest.mark.parametrize("number", [1, 100, 500])
def test_a_long_text_is_cut_at_line_ends_into_what_slack_takes(number: int) -> None:
    text = "\n".join(f"line {line} {'x' * 80}" for line in range(number))

    sections = blocks(text, of_kind("resolved"), LINKS, has_door=True)

    pieces = [section["text"]["text"] for section in sections]
    assert all(0 < len(piece) <= 3_000 for piece in pieces)
    assert sum(map(len, pieces)) <= 13_000
    said = "\n".join(pieces)
    assert said == text or (len(pieces) == 4 and said.endswith("and more"))
    assert text.startswith(said.removesuffix("\n… and more"))


def test_a_line_without_end_is_cut() -> None:
    (section,) = blocks("x" * 9_000, of_kind("resolved"), LINKS, has_door=True)

    assert 2_900 < len(section["text"]["text"]) <= 3_000


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("plain 'text'", "plain 'text'"),
        (7, 7),
        (None, None),
        ({"a": ["<b>", {"c": "&"}]}, {"a": ["&lt;b&gt;", {"c": "&amp;"}]}),
        (("<", ">"), ["&lt;", "&gt;"]),
        (Fact("A", "<b>"), {"name": "A", "text": "&lt;b&gt;", "url": ""}),
    ],
)
def test_no_text_mentions_anybody_or_makes_a_link(value: Any, escaped: Any) -> None:
    assert escape(value) == escaped
