"""The status page as of an instant, and the months of its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.urls import reverse

from health.models import WatchedService
from health.public import incidents
from health.public.services import Told, public_name, public_rows, public_services
from health.public.windows import announced
from health.statuspage.bars import DAYS
from health.statuspage.document import PublicIncident, StatusDocument
from monitoring.errors import NotFoundError

MONTHS_ON_A_PAGE = 3


@dataclass(frozen=True, slots=True)
class Month:
    """The incidents that began in one month, the newest first."""

    first: date
    incidents: Sequence[PublicIncident]


@dataclass(frozen=True, slots=True)
class History:
    """Three months of incidents, the newest first; the neighbours are None where nothing is to be read."""

    months: Sequence[Month]
    earlier: date | None
    later: date | None


def document_at(at: datetime) -> StatusDocument:
    """Return everything that the status page says at the instant."""
    rows = public_rows()
    told = Told(
        incidents.recent(_short_names(rows), at - timedelta(days=DAYS)),
        announced({row.service_name: public_name(row) for row in rows}, at),
    )
    return StatusDocument(
        at=at,
        title=settings.STATUS_PAGE_TITLE,
        url=f"{settings.PUBLIC_URL}{reverse('status-page')}",
        services=public_services(rows, told, at=at),
        incidents=told.incidents,
        maintenance=told.maintenance,
    )


def incident_at(incident_id: UUID) -> PublicIncident:
    """Return one published incident, however old. Raises PublicIncidentNotFoundError."""
    return incidents.one(_short_names(public_rows()), incident_id)


def history_until(last: date, *, today: date) -> History:
    """Return the incidents of the month in which `last` is and of the two before it.

    Raises NotFoundError where nothing can be: a month to come, or one before the oldest incident.
    """
    newest, last = today.replace(day=1), last.replace(day=1)
    oldest = (incidents.first_day() or today).replace(day=1)
    if not min(oldest, newest) <= last <= newest:
        raise NotFoundError("no such month")
    first = last - relativedelta(months=MONTHS_ON_A_PAGE - 1)
    names = _short_names(public_rows())
    found = incidents.between(names, _begin(first), _begin(last + relativedelta(months=1)))
    firsts = [last - relativedelta(months=age) for age in range(MONTHS_ON_A_PAGE)]
    earlier, later = first - relativedelta(months=1), last + relativedelta(months=MONTHS_ON_A_PAGE)
    return History(
        months=[_month(each, found) for each in firsts],
        earlier=earlier if earlier >= oldest else None,
        later=min(later, newest) if last < newest else None,
    )


def _month(first: date, found: Sequence[PublicIncident]) -> Month:
    return Month(first, [each for each in found if each.started_at.date().replace(day=1) == first])


def _short_names(rows: Sequence[WatchedService]) -> dict[str, str]:
    return {row.name: public_name(row) for row in rows}


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
