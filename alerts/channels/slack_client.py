"""Slack's client over our own HTTP: its requests keep the deadline and the outbound rules."""

import json
import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from slack_sdk.web import WebClient

from alerts.channels.answers import ask, text_of, user_agent
from monitoring.outbound import Answer, Deadline

# The vendor's logger repeats what was sent and answered; the ledger has it, without secrets.
_SILENT = logging.getLogger("alerts.channels.slack_client.vendor")
_SILENT.setLevel(logging.CRITICAL + 1)


class OutboundWebClient(WebClient):
    """Overrides the one method by which the synchronous client of slack-sdk 3 reaches the network.

    Every method of the API goes through it; a test fails if a release of the vendor does not any more.
    """

    def __init__(self, deadline: Deadline) -> None:
        """Make requests that are all over by the deadline."""
        super().__init__(
            token=settings.SLACK_TOKEN,
            base_url=settings.SLACK_API_URL,
            logger=_SILENT,
            retry_handlers=[],  # whether and when to try again is decided by the delivery
        )
        self._deadline = deadline
        self.answer: Answer | None = None
        """The last answer, as it came."""

    def _perform_urllib_http_request(self, *, url: str, args: dict[str, Any]) -> dict[str, Any]:
        """POST in place of urllib. Raises DeliveryError if no answer comes."""
        headers = {**args["headers"], "User-Agent": user_agent()}
        if args["json"]:
            headers["Content-Type"] = "application/json; charset=utf-8"
            body = json.dumps(args["json"], allow_nan=False)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(args["params"] or {})
        self.answer = ask(url, deadline=self._deadline, headers=headers, body=body.encode())
        return {
            "status": self.answer.status,
            "headers": dict(self.answer.headers),
            "body": text_of(self.answer),
        }
