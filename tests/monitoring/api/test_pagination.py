"""Pages of lists, read strictly."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.pagination import MAX_OFFSET, Page, page_of, with_page_headers
from monitoring.errors import InvalidInputError


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ({}, Page(100, 0)),
        ({"limit": "1"}, Page(1, 0)),
        ({"limit": "500"}, Page(500, 0)),
        ({"limit": "007"}, Page(7, 0)),
        ({"offset": "0"}, Page(100, 0)),
        ({"offset": str(MAX_OFFSET)}, Page(100, MAX_OFFSET)),
        ({"limit": "5", "offset": "10", "other": "x"}, Page(5, 10)),
    ],
)
def test_a_page_is_what_was_asked_for(asked: dict[str, str], page: Page) -> None:
    assert page_of(asked, default=100, maximum=500) == page


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "-1",
        "501",
        "abc",
        "",
        " 5",
        "5 ",
        "+5",
        "1_0",
        "1e2",
        "1.0",
        "0x10",
        "٣",
        "99999999999999999999",
        "1\0",
    ],
)
def test_a_limit_out_of_bounds_is_refused_naming_them(limit: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        page_of({"limit": limit}, default=100, maximum=500)

    assert refused.value.details == {"limit": ["limit must be a whole number from 1 to 500"]}


@pytest.mark.parametrize("offset", ["-1", str(MAX_OFFSET + 1), "abc", "", "1e3"])
def test_an_offset_out_of_bounds_is_refused_naming_them(offset: str) -> None:
    with pytest.raises(
        InvalidInputError, match=f"offset must be a whole number from 0 to {MAX_OFFSET}"
    ):
        page_of({"offset": offset}, default=100, maximum=500)


@given(st.text())
def test_whatever_stands_there_is_a_page_or_a_refusal(text: str) -> None:
    try:
        page = page_of({"limit": text, "offset": text}, default=1, maximum=500)
    except InvalidInputError:
        return

    assert 1 <= page.limit <= 500


def links(query: str, page: Page, total: int) -> dict[str, str]:
    request = Request(
        RequestFactory().get(f"/alerts/history?{query}", headers={"Host": "evil.example"})
    )
    response = with_page_headers(Response([]), request, page, total)
    assert response["X-Total-Count"] == str(total)
    parts = [part.split("; rel=") for part in response.get("Link", "").split(", ") if part]
    return {rel.strip('"'): target.strip("<>") for target, rel in parts}


def test_a_list_on_one_page_links_nowhere() -> None:
    assert links("", Page(10, 0), 10) == {}


def test_links_lead_to_the_pages_that_exist() -> None:
    assert links("", Page(10, 0), 11) == {"next": "/alerts/history?limit=10&offset=10"}
    assert links("", Page(10, 10), 20) == {
        "first": "/alerts/history?limit=10&offset=0",
        "prev": "/alerts/history?limit=10&offset=0",
    }
    assert sorted(links("", Page(10, 15), 26)) == ["first", "next", "prev"]
    assert links("", Page(10, 15), 26)["prev"] == "/alerts/history?limit=10&offset=5"
    assert links("", Page(10, 5), 10)["prev"] == "/alerts/history?limit=10&offset=0"


def test_no_link_leads_further_than_an_offset_may_go() -> None:
    assert "next" not in links("", Page(10, MAX_OFFSET - 9), MAX_OFFSET * 2)
    assert "next" in links("", Page(10, MAX_OFFSET - 10), MAX_OFFSET * 2)


def test_links_keep_the_filters_and_their_characters() -> None:
    target = links("severity=critical&service=a%26b&severity=info&limit=3", Page(3, 0), 9)["next"]

    assert (
        target == "/alerts/history?severity=critical&severity=info&service=a%26b&limit=3&offset=3"
    )
