"""What the push doors have in common: who may use them, and how they are counted."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ClassVar, TypeVar

from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from monitoring.api.claims import TokenUser
from monitoring.api.permissions import Access, Role, holder_of, only
from monitoring.api.views import ApiView
from monitoring.errors import AuthenticationRequiredError
from monitoring.ingest.admission import ADMISSION, announced_size

View = TypeVar("View", bound=ApiView)
Answer = TypeVar("Answer")


class PushView(ApiView):
    """A door for samples in a format of another system; an agent sends its token as it can."""

    access: ClassVar[Mapping[str, Access]] = {
        "POST": only(Role.ADMIN, Role.MONITORING, permission="metrics:write").sent_as("basic")
    }
    rate_scope = "write"

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Refuse no Accept header: agents ask for their own format, and errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    def holder(self) -> TokenUser:
        """Return who pushes."""
        holder = holder_of(self.request)
        if holder is None:
            raise AuthenticationRequiredError("Authentication required")
        return holder


def admitted(
    post: Callable[[View, Request], Answer],
) -> Callable[[View, Request], Answer]:
    """Let a push in only while there is room for its body: it is refused before it is read."""

    @wraps(post)
    def admitting(view: View, request: Request) -> Answer:
        with ADMISSION.admitted(announced_size(request.headers.get("Content-Length"))):
            return post(view, request)

    return admitting
