"""Filling templates, and spans as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from config.demo.pages.templating import Html, age_in_words, join, render, span_in_words


def test_a_value_is_escaped_unless_it_is_markup_already() -> None:
    assert render("note.html", text="<b>&'") == '<p class="note">&lt;b&gt;&amp;&#x27;</p>\n'
    assert render("note.html", text=Html("<b>")) == '<p class="note"><b></p>\n'


def test_what_is_rendered_is_markup() -> None:
    inner = render("note.html", text="a")

    assert inner in render("note.html", text=join([inner, inner]))


def test_a_dollar_in_a_value_is_a_dollar() -> None:
    assert "$text costs $5" in render("note.html", text="$text costs $5")


def test_a_missing_value_is_a_bug_and_says_so() -> None:
    with pytest.raises(KeyError, match="text"):
        render("note.html")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.4, "59 s"),
        (59.5, "1 min 0 s"),
        (3_599, "59 min 59 s"),
        (3_600, "1 h 0 min"),
        (172_799, "47 h 59 min"),
        (172_800, "2 days"),
    ],
)
def test_a_span_is_told_in_two_units_at_most(seconds: float, words: str) -> None:
    assert span_in_words(timedelta(seconds=seconds)) == words


def test_an_age_counts_back_from_now() -> None:
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    assert age_in_words(noon - timedelta(seconds=90), noon) == "1 min 30 s ago"
