"""Templates that an operator broke: the message goes out all the same, and says what is the matter."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from alerts.channels import registry
from alerts.channels.rendering import color_of
from alerts.messages import Message
from tests.alerts.channels.sending_http import RECIPIENTS, set_up
from tests.alerts.channels.writing import PAYLOAD, message

TEMPLATES = {"email": "email/alert.txt", "slack": "chat/alert.txt", "sms": "sms/alert.txt"}
EXPLOSION = "{% load explosion %}{{ subject|explode }}"
BROKEN = {
    "raises": (EXPLOSION, "RuntimeError"),
    "calls itself": ("{% include template_name %}", "RecursionError"),
    "has a syntax error": ("{% if subject %}", "TemplateSyntaxError: Unclosed tag"),
    "knows no such filter": ("{{ subject|frobnicate }}", "TemplateSyntaxError: Invalid filter"),
    "includes what is gone": ("{% include 'gone.txt' %}", "TemplateDoesNotExist: gone.txt"),
    "misspells a variable": ("{{ sujbect }} at {{ contnet.title }}", "does not say what"),
    "is empty": ("", "does not say what"),
    "divides by nothing": ("{% widthratio 1 0 100 as x %}{{ x }}", "does not say what"),
}


@pytest.fixture(autouse=True)
def configured(settings: Settings) -> None:
    set_up(settings)


def use_templates(settings: Settings, directory: Path, **files: str) -> None:
    """Let templates come from `directory` alone; `email/alert.txt` is `email__alert_txt`."""
    for name, contents in files.items():
        path = directory / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(contents, encoding="utf-8")
    given: dict[str, Any] = settings.TEMPLATES[0]
    library = {"explosion": "tests.alerts.channels.explosion"}
    options = {**given["OPTIONS"], "libraries": library}
    settings.TEMPLATES = [{**given, "DIRS": [directory], "OPTIONS": options}]


def sent_by(name: str) -> Message:
    return replace(message(RECIPIENTS.get(name, "ana@example.org")), notification_id=7)


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_template_is_replaced_and_said_to_be(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, how: str
) -> None:
    text, reason = BROKEN[how]
    template = TEMPLATES[name]
    text = text.replace("template_name", f"'{template}'")
    use_templates(settings, tmp_path, **{template.replace("/", "__").replace(".", "_"): text})

    rendering = registry.CHANNELS[name].render(sent_by(name))

    problem = rendering.problems[0]
    assert problem.startswith(f"{template}: ")
    assert reason in problem
    said = json.dumps(dict(rendering.parts))
    assert "service_down: payment-service (firing)" in said
    assert "/a/a7-" in said  # the link that takes the alert is not lost
    assert "template is broken" in caplog.text


@pytest.mark.parametrize("name", TEMPLATES)
def test_without_any_template_a_message_says_all(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    use_templates(settings, tmp_path)

    rendering = registry.CHANNELS[name].render(sent_by(name))

    assert rendering.problems
    assert "service_down: payment-service (firing)" in json.dumps(dict(rendering.parts))


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_fault_says_about_the_message_is_not_repeated(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level("DEBUG")
    template = TEMPLATES[name].replace("/", "__").replace(".", "_")
    use_templates(
        settings, tmp_path, **{template: EXPLOSION.replace("subject", "links.acknowledge")}
    )

    rendering = registry.CHANNELS[name].render(sent_by(name))

    assert "/a/a7-" not in " ".join([*rendering.problems, caplog.text])


@pytest.mark.parametrize("name", ["email", "pagerduty", "slack", "sms", "stream", "webhook"])
@pytest.mark.parametrize(
    "kind", ["firing", "resolved", "escalation", "acknowledged", "reminder", "test"]
)
@pytest.mark.parametrize("others", [0, 1, 99])
def test_every_channel_renders_every_kind_as_json(name: str, kind: str, others: int) -> None:
    sent = replace(
        sent_by(name),
        kind=kind,
        payload={**PAYLOAD, "state": kind},
        members=tuple({**PAYLOAD, "alert_id": str(number)} for number in range(others)),
    )

    rendering = registry.CHANNELS[name].render(sent)

    assert list(rendering.problems) == []
    said = json.dumps(dict(rendering.parts))
    assert "service_down" in said or str(message().alert_id) in said


@pytest.mark.parametrize("name", ["email", "pagerduty", "slack", "sms", "stream", "webhook"])
def test_a_payload_of_an_older_release_can_be_said(name: str) -> None:
    sent = replace(sent_by(name), payload={"title": "service_down"})

    assert "service_down" in json.dumps(dict(registry.CHANNELS[name].render(sent).parts))


@pytest.mark.parametrize(
    ("kind", "states", "color"),
    [
        ("firing", ["firing"], "#b3261e"),
        ("firing", ["firing", "resolved"], "#b3261e"),
        ("resolved", ["resolved", "resolved"], "#1e7a3c"),
        ("acknowledged", ["acknowledged"], "#57606a"),
    ],
)
def test_the_color_is_of_the_worst_unless_all_is_well(
    kind: str, states: list[str], color: str
) -> None:
    first, *others = ({**PAYLOAD, "state": state} for state in states)

    assert color_of(replace(message(), kind=kind, payload=first, members=tuple(others))) == color
