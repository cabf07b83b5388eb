"""The feeds are read back as a reader would read them."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.statuspage.document import StatusDocument
from health.statuspage.feeds import atom, rss
from tests.health.statuspage.documents import HOUR, NOON, document, incident, maintenance

ATOM = {"a": "http://www.w3.org/2005/Atom"}
NASTY = 'Cards & <b>"wallets"</b> \x0b\x1f\ufffe ]]> fail'
OUTAGE = incident(
    NASTY,
    (NOON - 3 * HOUR, "investigating", "We look <into> it."),
    (NOON - HOUR, "resolved", "Over.\nSorry."),
)
PLANNED = maintenance("New database", NOON + 24 * HOUR, text="A pause", services=["Payments"])


@pytest.fixture
def status() -> StatusDocument:
    return document(incidents=[OUTAGE], maintenance=[PLANNED])


def text(parent: Element, path: str) -> str:
    found = parent.find(path, ATOM)
    assert found is not None, path
    return found.text or ""


def test_rss_has_one_item_for_each_update_the_newest_first(status: StatusDocument) -> None:
    channel = fromstring(rss(status)).find("channel")
    assert channel is not None
    items = channel.findall("item")

    assert [text(channel, name) for name in ("title", "link")] == ["Example status", status.url]
    assert [text(item, "title").partition("]")[0] for item in items] == [
        "[Resolved",
        "[Investigating",
        "[Maintenance",
    ]
    times = [parsedate_to_datetime(text(item, "pubDate")) for item in items]
    assert times == [NOON - HOUR, NOON - 3 * HOUR, NOON - 24 * HOUR]
    assert parsedate_to_datetime(text(channel, "lastBuildDate")) == times[0]
    assert text(items[0], "description").endswith("<br>Over.<br>Sorry.</p>")


def test_rss_says_what_version_it_is_and_where_it_comes_from(status: StatusDocument) -> None:
    feed = fromstring(rss(status))
    itself = feed.find("channel/a:link", ATOM)

    assert (feed.tag, feed.get("version")) == ("rss", "2.0")
    assert itself is not None
    assert (itself.get("href"), itself.get("rel")) == (f"{status.url}/feed.rss", "self")


def test_each_item_has_a_guid_of_its_own_that_is_no_address(status: StatusDocument) -> None:
    guids = fromstring(rss(status)).findall("channel/item/guid")

    assert all(guid.get("isPermaLink") == "false" for guid in guids)
    assert len({UUID((guid.text or "").removeprefix("urn:uuid:")) for guid in guids}) == 3


def test_atom_has_one_entry_for_each_incident_that_says_when_it_was_updated(
    status: StatusDocument,
) -> None:
    feed = fromstring(atom(status))
    entries = feed.findall("a:entry", ATOM)

    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert [text(entry, "a:id") for entry in entries] == [
        f"urn:uuid:{OUTAGE.id}",
        f"urn:uuid:{PLANNED.id}",
    ]
    updated = [datetime.fromisoformat(text(entry, "a:updated")) for entry in entries]
    assert updated == [NOON - HOUR, NOON - 24 * HOUR]
    assert datetime.fromisoformat(text(feed, "a:updated")) == NOON - HOUR
    assert text(feed, "a:author/a:name") == "Example status"


def test_an_entry_keeps_its_id_and_is_newer_after_an_update(status: StatusDocument) -> None:
    course = [(update.at, update.stage, update.text) for update in reversed(OUTAGE.updates)]
    later = incident(NASTY, *course, (NOON, "monitoring", "Again."))

    before, after = (
        fromstring(atom(each)).find("a:entry", ATOM)
        for each in (status, document(incidents=[later]))
    )

    assert before is not None
    assert after is not None
    assert text(before, "a:id") == text(after, "a:id")
    assert text(before, "a:updated") < text(after, "a:updated")


def test_what_people_wrote_is_text_twice_escaped_and_without_illegal_signs(
    status: StatusDocument,
) -> None:
    entry = fromstring(atom(status)).find("a:entry", ATOM)
    assert entry is not None

    assert text(entry, "a:title") == 'Cards & <b>"wallets"</b>  ]]> fail'
    content = entry.find("a:content", ATOM)
    assert content is not None
    assert content.get("type") == "html"
    assert "We look &lt;into&gt; it." in (content.text or "")


@pytest.mark.parametrize("written", [rss, atom])
def test_a_feed_without_news_is_a_feed(written: object) -> None:
    assert callable(written)
    feed = fromstring(written(document()))

    assert feed.findall("channel/item") + feed.findall("a:entry", ATOM) == []


def test_feeds_are_the_same_bytes_while_nothing_new_is_said(status: StatusDocument) -> None:
    later = document(at=NOON + HOUR, incidents=[OUTAGE], maintenance=[PLANNED])

    assert (rss(status), atom(status)) == (rss(later), atom(later))


def test_a_feed_holds_the_newest_hundred() -> None:
    many = [
        incident(f"No. {place}", (NOON - place * HOUR, "resolved", "x")) for place in range(120)
    ]

    items = fromstring(rss(document(incidents=many))).findall("channel/item")

    assert [text(item, "title") for item in (items[0], items[-1])] == [
        "[Resolved] No. 0",
        "[Resolved] No. 99",
    ]


@given(st.text(), st.text())
def test_no_text_breaks_a_feed(title: str, said: str) -> None:
    status = document(incidents=[incident(title, (NOON, "investigating", said))])

    assert fromstring(rss(status)).tag == "rss"
    assert len(fromstring(atom(status)).findall("a:entry", ATOM)) == 1


def test_items_and_entries_lead_to_the_page_and_say_whom_they_hit(status: StatusDocument) -> None:
    channel, feed = fromstring(rss(status)).find("channel"), fromstring(atom(status))
    assert channel is not None
    announced = channel.findall("item")[-1]

    assert text(channel, "language") == "en"
    assert text(channel, "item/link") == f"{status.url}/incidents/{OUTAGE.id}"
    assert text(announced, "description") == (
        "<p>Affected: Payments</p><p>2026-11-24 12:00 UTC to 2026-11-24 14:00 UTC</p><p>A pause</p>"
    )
    assert [(each.get("rel"), each.get("href")) for each in feed.findall("a:link", ATOM)] == [
        ("self", f"{status.url}/feed.atom"),
        ("alternate", status.url),
    ]
