"""The feeds: RSS 2.0 with an item for each update, Atom 1.0 with an entry for each incident.

RSS does not know that an item changes, and readers show each guid once: each update is news of its own. Atom does:
its entry keeps its id and says when it was updated.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from health.statuspage.document import Maintenance, PublicIncident, StatusDocument, Update
from health.statuspage.xml_text import legal

_ATOM = "http://www.w3.org/2005/Atom"
_MOST_ITEMS = 100
# A feed without an entry has to say when it changed, too, and it never did.
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
register_namespace("atom", _ATOM)


class Item(NamedTuple):
    """One piece of news."""

    id: str
    title: str
    url: str
    html: str
    at: datetime
    category: str


def rss(document: StatusDocument) -> bytes:
    """Return the document as RSS 2.0: updates and announced maintenance, the newest first."""
    feed = Element("rss", version="2.0")
    channel = SubElement(feed, "channel")
    _child(channel, "title", document.title)
    _child(channel, "link", document.url)
    _child(channel, "description", f"Incidents and maintenance: {document.title}")
    _child(channel, "language", "en")
    itself = {"href": f"{document.url}/feed.rss", "rel": "self", "type": "application/rss+xml"}
    SubElement(channel, f"{{{_ATOM}}}link", itself)
    items = _newest([*_updates(document), *_announcements(document)])
    if items:
        _child(channel, "lastBuildDate", format_datetime(items[0].at))
    for item in items:
        _rss_item(channel, item)
    return _written(feed)


def atom(document: StatusDocument) -> bytes:
    """Return the document as Atom 1.0 (RFC 4287): incidents and announced maintenance, the newest first."""
    feed = Element("feed", xmlns=_ATOM)
    incidents = (_incident_entry(document, incident) for incident in document.incidents)
    entries = _newest([*incidents, *_announcements(document)])
    _child(feed, "id", f"{document.url}/feed.atom")
    _child(feed, "title", document.title)
    _child(feed, "updated", (entries[0].at if entries else _BEGINNING).isoformat())
    _child(SubElement(feed, "author"), "name", document.title)
    SubElement(feed, "link", href=f"{document.url}/feed.atom", rel="self")
    SubElement(feed, "link", href=document.url, rel="alternate", type="text/html")
    for entry in entries:
        _atom_entry(feed, entry)
    return _written(feed)


def _incident_entry(document: StatusDocument, incident: PublicIncident) -> Item:
    html = _services_html(incident.services) + "".join(map(_update_html, incident.updates))
    return Item(
        id=_urn(incident.id),
        title=incident.title,
        url=_url(document, incident),
        html=html,
        at=incident.updated_at,
        category=incident.impact_words,
    )


def _updates(document: StatusDocument) -> Iterable[Item]:
    for incident in document.incidents:
        for update in incident.updates:
            yield Item(
                id=_urn(update.id),
                title=f"[{update.stage.capitalize()}] {incident.title}",
                url=_url(document, incident),
                html=_services_html(incident.services) + _update_html(update),
                at=update.at,
                category=incident.impact_words,
            )


def _announcements(document: StatusDocument) -> Iterable[Item]:
    for each in document.maintenance:
        yield Item(
            id=_urn(each.id),
            title=f"[Maintenance] {each.title}",
            url=document.url,
            html=_maintenance_html(each),
            at=each.announced_at,
            category="Maintenance",
        )


def _newest(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.at, item.id), reverse=True)[:_MOST_ITEMS]


def _rss_item(channel: Element, item: Item) -> None:
    line = SubElement(channel, "item")
    _child(line, "title", item.title)
    _child(line, "link", item.url)
    _child(line, "description", item.html)
    _child(line, "category", item.category)
    _child(line, "guid", item.id).set("isPermaLink", "false")
    _child(line, "pubDate", format_datetime(item.at))


def _atom_entry(feed: Element, item: Item) -> None:
    entry = SubElement(feed, "entry")
    _child(entry, "id", item.id)
    _child(entry, "title", item.title)
    _child(entry, "updated", item.at.isoformat())
    SubElement(entry, "link", href=item.url, rel="alternate", type="text/html")
    SubElement(entry, "category", term=item.category)
    _child(entry, "content", item.html).set("type", "html")


def _update_html(update: Update) -> str:
    when = f'<time datetime="{update.at.isoformat()}">{_clock(update.at)}</time>'
    return f"<p><strong>{escape(update.stage.capitalize())}</strong>, {when}<br>{_html(update.text)}</p>"


def _maintenance_html(each: Maintenance) -> str:
    span = f"<p>{_clock(each.starts_at)} to {_clock(each.ends_at)}</p>"
    return f"{_services_html(each.services)}{span}" + (
        f"<p>{_html(each.text)}</p>" if each.text else ""
    )


def _services_html(names: Sequence[str]) -> str:
    return f"<p>Affected: {escape(', '.join(names))}</p>" if names else ""


def _html(text: str) -> str:
    return "<br>".join(escape(text.strip()).splitlines())


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _url(document: StatusDocument, incident: PublicIncident) -> str:
    return f"{document.url}/incidents/{incident.id}"


def _urn(identity: str) -> str:
    return f"urn:uuid:{identity}"


def _child(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = legal(text)
    return child


def _written(feed: Element) -> bytes:
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written
