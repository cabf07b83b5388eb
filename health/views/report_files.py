"""How a file of a report is answered: to be saved, unchanged since it was made, and never run in our name."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from rest_framework.request import Request

from health.models import ReportFile
from health.reports.formats import FORMATS, file_name


def download(
    request: HttpRequest | Request, file: ReportFile, *, inline: bool = False
) -> HttpResponse:
    """Return the file with its type, its name and its SHA-256 as ETag; 304 where the client has it.

    `inline` shows it in the browser. An HTML report is a page of its own then: it may not run a script, send
    a form, load anything, or count as one of ours.
    """
    place = "inline" if inline else "attachment"
    report = file.report
    begins = {"kind": report.kind, "period": report.period, "start": report.start.isoformat()}
    response = HttpResponse(
        bytes(file.content),
        content_type=FORMATS[file.format].content_type,
        headers={
            "Content-Disposition": f'{place}; filename="{file_name(begins, file.format)}"',
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "ETag": quote_etag(file.sha256),
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        },
    )
    plain = request._request if isinstance(request, Request) else request  # noqa: SLF001 - the only way to it
    answer = get_conditional_response(plain, etag=response["ETag"], response=response)
    return answer or response
