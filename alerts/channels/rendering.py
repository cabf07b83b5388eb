"""Templates of messages: what an operator may edit, and so may break; a broken one never costs the message."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from alerts import headlines, wording
from alerts.channels.action_links import links_of
from alerts.messages import Message

logger = logging.getLogger(__name__)

_COLORS = {"critical": "#b3261e", "warning": "#9a5b00", "info": "#1d5fa8"}
_GOOD_COLOR = "#1e7a3c"
_QUIET_COLOR = "#57606a"
# Their text names the template; what others say may hold parts of the message, links that act among them.
_HARMLESS = (TemplateSyntaxError, TemplateDoesNotExist)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of a template; `problem` says why it was not used, and then there is no text."""

    text: str = ""
    problem: str = ""


def context_of(message: Message) -> dict[str, Any]:
    """Return what the templates of all channels know."""
    return {
        "subject": headlines.headline(message),
        "lead": headlines.lead(message),
        "kind": message.kind,
        "step": message.step,
        "severity": headlines.severity(message),
        "content": message.content,
        "facts": wording.facts(message.content),
        "alerts": [
            {
                "content": content,
                "subject": wording.subject(content),
                "facts": wording.facts(content),
            }
            for content in message.contents
        ],
        "is_bundle": bool(message.members),
        "links": links_of(message),
        "color": color_of(message),
        "source": settings.SERVICE_NAME,
    }


def color_of(message: Message) -> str:
    """Return the colour of the message as `#rrggbb`: of its worst severity, unless all is well."""
    states = {content.state for content in message.contents}
    if states == {"resolved"}:
        return _GOOD_COLOR
    if message.kind == "acknowledged":
        return _QUIET_COLOR
    return _COLORS.get(headlines.severity(message), _COLORS["info"])


def render(template: str, context: Mapping[str, Any], *, needs: str) -> Rendered:
    """Return what the template makes of the context.

    It is not used if it raises, recurses without end, leaves nothing, or leaves `needs` out, as one does that
    misspells the name of a variable: Django puts nothing in its place.
    """
    try:
        text = render_to_string(template, dict(context)).strip("\n")
    except Exception as error:  # noqa: BLE001 - anything can go wrong in a template that an operator edited
        return _broken(template, _reason(error))
    if needs in text or conditional_escape(needs) in text:
        return Rendered(f"{text}\n")
    return _broken(template, "it does not say what the message is about")


def _broken(template: str, reason: str) -> Rendered:
    logger.error("template is broken", extra={"template": template, "reason": reason})
    return Rendered(problem=f"{template}: {reason}")


def _reason(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {wording.one_line(str(error))}" if isinstance(error, _HARMLESS) else name
