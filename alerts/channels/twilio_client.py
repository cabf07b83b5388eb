"""Twilio's client over our own HTTP: its requests keep the deadline and the outbound rules."""

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from alerts.channels.answers import ask, text_of
from monitoring.outbound import Answer, Deadline

_OFFICIAL = "https://api.twilio.com"


class OutboundHttpClient(HttpClient):  # type: ignore[misc] # the vendor has no types
    """The seam that the vendor offers for HTTP: a client may be given any object of this kind."""

    def __init__(self, deadline: Deadline) -> None:
        """Make requests that are all over by the deadline."""
        super().__init__(logger=None, is_async=False)  # nothing of the base that logs is used
        self._deadline = deadline
        self.answer: Answer | None = None
        """The last answer: the vendor's errors do not carry headers."""

    def request(  # noqa: PLR0913, PLR0917 - the vendor's signature
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: FBT001 - likewise
    ) -> Response:
        """Send one request. Raises DeliveryError if no answer comes."""
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        form = urlencode(data, doseq=True).encode() if data else None
        fields = {**(headers or {}), **_basic(auth)}
        url = f"{_at_configured_host(uri)}{query}"
        self.answer = ask(url, method=method, headers=fields, body=form, deadline=self._deadline)
        return Response(self.answer.status, text_of(self.answer), dict(self.answer.headers))


def client(http: OutboundHttpClient) -> Client:
    """Return the vendor's client for the configured account."""
    # An environment of its own: the vendor would read regions and proxies from the process's.
    return Client(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        http_client=http,
        environment={"": ""},
    )


def _at_configured_host(uri: str) -> str:
    return settings.TWILIO_API_URL + uri.removeprefix(_OFFICIAL)


def _basic(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    pair = b64encode(":".join(auth).encode()).decode()
    return {"Authorization": f"Basic {pair}"}
