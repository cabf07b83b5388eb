"""HTML, PDF, CSV and JSON say the same figures, are the same bytes each time, and run nobody's formula or script."""

import io
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from pypdf import PdfReader

from health.reports.document import Document, Remark, Table, Tile
from health.reports.drawing import Drawing
from health.reports.formats import FORMATS, document_of, file_name
from health.reports.html import as_html
from health.reports.inks import INKS
from health.reports.pdf import as_pdf
from health.reports.pdf_tables import WIDTH, widths
from health.reports.sla_tables import MOST_DOWNTIMES
from tests.health.reports.csv_rows import rows
from tests.health.reports.samples import EVIL, payment, performance_data, quiet, sla_data

BOTH = pytest.mark.parametrize("make", [sla_data, performance_data], ids=["sla", "performance"])


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def figures(document: Document) -> list[str]:
    """Return every word that stands in a tile or a table."""
    said: list[str] = []
    for section in document.sections:
        said.append(section.title)
        for block in section.blocks:
            if isinstance(block, Table):
                said += [cell for row in block.rows for cell in row]
            elif isinstance(block, list):
                said += [part for tile in block for part in (tile.name, tile.figure, tile.note)]
    return said


@BOTH
@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_data_are_the_same_bytes(make: Any, name: str) -> None:
    one, other = (FORMATS[name].render(make(), "monitoring") for _ in range(2))

    assert one == other


def test_bytes_do_not_depend_on_the_process_or_the_clock() -> None:
    code = (
        "import os, sys, hashlib, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings.typecheck'; "
        "django.setup(); from health.reports.formats import FORMATS; "
        "from tests.health.reports.samples import sla_data; "
        "print([hashlib.sha256(each.render(sla_data(), 'x')).hexdigest() for each in FORMATS.values()])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "TZ": zone},
            timeout=60,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }

    assert len(said) == 1


@BOTH
def test_a_pdf_holds_every_figure_of_the_report(make: Any) -> None:
    document = document_of(make(), "monitoring")

    text = text_of(as_pdf(document)).replace(" ", "")

    assert len(figures(document)) > 60
    missing = [each for each in figures(document) if re.sub(r"\s+", "", each) not in text]
    assert missing == []
    for figure, meaning in document.definitions:
        assert re.sub(r"\s+", "", figure + ":" + meaning) in text


@BOTH
def test_a_page_holds_every_figure_of_the_report(make: Any) -> None:
    document = document_of(make(), "monitoring")

    words = Words()
    words.feed(as_html(document).decode())

    said = set(words.texts)
    assert [each for each in figures(document) if each and each not in said] == []
    assert {part for pair in document.definitions for part in pair} <= said


def test_a_pdf_names_itself_its_pages_and_its_sections() -> None:
    reader = PdfReader(io.BytesIO(as_pdf(document_of(sla_data(), "tickettoken-monitoring"))))

    assert reader.metadata is not None
    assert reader.metadata.title == "SLA report, monthly, 2026-10-01 to 2026-10-31 (UTC)"
    assert reader.metadata.author == "tickettoken-monitoring"
    assert str(reader.root_object["/Lang"]) == "en"
    assert len(reader.pages) == 4
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} of 4" in page.extract_text()
    outline = [str(entry["/Title"]) for entry in reader.outline if isinstance(entry, dict)]
    assert outline == [
        "Summary",
        "auth-service",
        "order-service",
        "payment-service",
        "What the figures mean",
    ]


def test_a_pdf_carries_its_fonts() -> None:
    reader = PdfReader(io.BytesIO(as_pdf(document_of(sla_data(), "x"))))

    resources: Any = reader.pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    used = [font for font in fonts if "Vera" in str(font["/BaseFont"])]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in used)


def test_what_people_and_peers_wrote_is_shown_and_never_run() -> None:
    page = FORMATS["html"].render(sla_data(), "x").decode()

    assert EVIL not in page
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in page
    assert "<script" not in page
    assert EVIL.replace(" ", "") in text_of(FORMATS["pdf"].render(sla_data(), "x")).replace(" ", "")


def test_a_page_needs_nothing_from_anywhere() -> None:
    page = FORMATS["html"].render(sla_data(), "x").decode()

    assert not re.search(r"""(src|href)=["'](?!#)""", page)
    assert "@import" not in page
    assert "url(" not in page


def test_every_ink_is_painted_in_html_too() -> None:
    page = FORMATS["html"].render(sla_data(), "x").decode()

    assert [name for name in INKS if not re.search(rf"\.ink-{name}[ ,{{]", page)] == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (sla_data(services=[]), "No service was watched in this period."),
        (
            {**performance_data(endpoints=0), "totals": {"requests": 0}},
            "No request was measured in this period.",
        ),
    ],
)
def test_a_period_of_nothing_is_a_report_that_says_so(data: dict[str, Any], said: str) -> None:
    assert said in text_of(FORMATS["pdf"].render(data, "x"))
    assert said in FORMATS["html"].render(data, "x").decode()
    assert FORMATS["csv"].render(data, "x").count(b"\r\n") >= 1


def test_a_provisional_report_says_so_on_its_first_page() -> None:
    said = "Provisional: made at 2026-11-02 00:00 UTC, before the end had settled."

    assert said in text_of(FORMATS["pdf"].render(sla_data(settled=False), "x"))


def test_a_long_list_of_downtimes_is_cut_on_paper_and_whole_in_csv() -> None:
    data = sla_data(services=[payment()])
    data["services"][0]["downtimes"] *= MOST_DOWNTIMES + 1

    assert f"Downtimes (the first {MOST_DOWNTIMES} of {MOST_DOWNTIMES + 1})" in text_of(
        FORMATS["pdf"].render(data, "x")
    )
    assert [row["row"] for row in rows(data)].count("downtime") == MOST_DOWNTIMES + 1


def test_hundreds_of_endpoints_run_over_pages_with_their_heads() -> None:
    reader = PdfReader(io.BytesIO(FORMATS["pdf"].render(performance_data(endpoints=120), "x")))
    pages = [page.extract_text() for page in reader.pages]

    assert sum("Slowest" in page and "Apdex" in page for page in pages) >= 3
    assert "Not listed here: 20 endpoints with a lower p95." in " ".join(" ".join(pages).split())


def test_columns_of_any_width_stay_on_the_page() -> None:
    long = Table(
        "t", ("a", "b", "c"), [("x" * 300, "y" * 300, "1,234")], frozenset({2}), frozenset({0, 1})
    )
    short = Table("t", ("a", "b"), [("x", "1")], frozenset({1}))

    assert sum(widths(long)) == pytest.approx(WIDTH)
    assert sum(widths(short)) < WIDTH / 2


def test_signs_that_the_fonts_lack_are_marked_and_not_lost_from_html() -> None:
    document = Document("T", "S", [], [("日本", "x")])

    assert "??" in text_of(as_pdf(document))
    assert "日本" in as_html(document).decode()


def test_a_file_is_named_for_its_report() -> None:
    assert file_name(sla_data(), "pdf") == "sla-monthly-2026-10-01.pdf"


def test_services_without_downtime_say_so() -> None:
    assert "No downtime." in FORMATS["html"].render(sla_data(services=[quiet("a")]), "x").decode()


def test_blocks_are_all_of_a_known_kind() -> None:
    kinds = (Table, Drawing, Remark)
    for data in (sla_data(), performance_data()):
        for section in document_of(data, "x").sections:
            for block in section.blocks:
                assert isinstance(block, kinds) or all(isinstance(each, Tile) for each in block)


class Words(HTMLParser):
    """The texts of a page, each element's own."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())
