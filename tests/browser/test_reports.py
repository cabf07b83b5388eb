"""A report as people read it: in light and dark, on a desk and on a phone, shown by the admin and alone."""

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from health.models import Report, ReportFile
from health.reports.formats import FORMATS
from tests.browser.acting import Open
from tests.browser.chromium import IN_A_BROWSER, complaints, show_in
from tests.browser.contrast import texts
from tests.health.reports.rows import report
from tests.health.reports.samples import performance_data, sla_data

pytestmark = IN_A_BROWSER
DATA: dict[str, Callable[[], dict[str, Any]]] = {"sla": sla_data, "performance": performance_data}


def made(kind: str) -> Report:
    """Return a report whose HTML file is the real one."""
    data = DATA[kind]()
    done = report(kind=kind, period="monthly", status="done", progress=1.0, data=data)
    for name in ("html", "pdf", "csv", "json"):
        content = FORMATS[name].render(data, "monitoring")
        ReportFile.objects.create(report=done, format=name, content=content, sha256="0" * 64)
    return done


@pytest.mark.parametrize("kind", ["sla", "performance"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_can_be_read(show: Open, kind: str, scheme: str, width: int) -> None:
    page = show(f"/admin/health/report/{made(kind).pk}/files/html")
    show_in(page, scheme, width=width)

    assert complaints(page) == []
    total, faint = texts(page)
    assert (total > 80, faint) == (True, set())
    assert scroll_width(page) <= width
    charts = page.find_elements(By.CSS_SELECTOR, "svg.chart")
    assert charts
    assert all(chart.get_attribute("aria-labelledby") for chart in charts)


def test_words_of_a_chart_do_not_touch_one_another(show: Open) -> None:
    for kind in DATA:
        page = show(f"/admin/health/report/{made(kind).pk}/files/html")
        assert page.execute_script(_TOUCHING) == []


def test_the_list_of_reports_shows_its_bars_and_links(show: Open) -> None:
    made("sla")
    report(kind="performance", status="running", progress=0.42)

    page = show("/admin/health/report/")

    assert complaints(page) == []
    assert len(page.find_elements(By.CSS_SELECTOR, "progress")) == 2
    assert [link.text for link in page.find_elements(By.CSS_SELECTOR, ".field-files a")] == [
        "HTML",
        "PDF",
        "CSV",
        "JSON",
    ]


def scroll_width(page: Chrome) -> int:
    return int(page.execute_script("return document.documentElement.scrollWidth"))


_TOUCHING = """
const touching = [];
for (const chart of document.querySelectorAll("svg.chart")) {
  const boxes = [...chart.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  boxes.forEach(([one, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    const apart = a.right <= b.left || b.right <= a.left || a.bottom - 2 <= b.top || b.bottom - 2 <= a.top;
    if (!apart) touching.push([one, other]);
  }));
}
return touching;
"""
