"""The buttons of alerting in a real browser: each is pressed, and does what it says."""

import pytest
from django.utils import timezone
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from alerts.channels import registry
from alerts.models import Alert, AlertRule, Backtest, Incident, Silence
from alerts.services import backtest_work
from tests.alerts.delivery.fakes import FakeChannel
from tests.browser.acting import WAIT_SECONDS, Open, admin, link_path, press, text_of
from tests.browser.alerting_scene import PAYMENTS, Scene
from tests.browser.chromium import IN_A_BROWSER, complaints, show_in
from tests.browser.contrast import texts

pytestmark = IN_A_BROWSER


def test_the_button_of_a_link_takes_the_alert(show: Open, scene: Scene) -> None:
    browser = show(link_path(scene))
    press(browser, "Acknowledge as ops@tickettoken.example")

    assert "Recorded as ops@tickettoken.example" in text_of(browser)
    alert = Alert.objects.get(pk=scene.alert.pk)
    assert (alert.acknowledged_by, alert.acknowledged_via) == ("ops@tickettoken.example", "link")
    assert complaints(browser) == []


def test_the_page_of_an_alert_takes_it_gives_it_back_and_ends_it(show: Open, scene: Scene) -> None:
    browser = show(admin("alert", f"{scene.alert.pk}/change/"))
    address = browser.current_url

    press(browser, "Acknowledge")
    assert Alert.objects.get(pk=scene.alert.pk).acknowledged_by == "ana"
    press(browser, "Give it back")
    assert not Alert.objects.get(pk=scene.alert.pk).acknowledged
    browser.find_element(By.NAME, "note").send_keys("Key renewed")
    press(browser, "Resolve")

    alert = Alert.objects.get(pk=scene.alert.pk)
    assert (alert.resolved_by, alert.resolution_note) == ("ana", "Key renewed")
    assert browser.current_url == address
    assert "Resolved: 1." in text_of(browser)


def test_an_alert_is_silenced_from_its_page(show: Open, scene: Scene) -> None:
    browser = show(admin("alert", f"{scene.alert.pk}/change/"))
    press(browser, "Silence")
    browser.find_element(By.NAME, "reason").send_keys("Stripe repairs it")
    press(browser, "Save")

    made = Silence.objects.get(reason="Stripe repairs it")
    assert {"label": "service_name", "op": "=", "value": PAYMENTS} in made.matchers
    assert "was added successfully" in text_of(browser)
    assert complaints(browser) == []


def test_a_channel_is_tested_by_its_button(
    show: Open, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = FakeChannel("email", ["ana@example.org"])
    monkeypatch.setitem(registry.CHANNELS, "email", channel)
    browser = show(admin("channelstate"))
    press(browser, "Send a test")

    assert "Channel email: ana@example.org took the test (250 OK)." in text_of(browser)
    assert len(channel.sent) == 1


def test_a_backtest_is_asked_for_and_its_page_shows_what_came_of_it(
    show: Open, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.tasks.backtests.run_backtest.delay", lambda _: None)
    browser = show(admin("alertrule", f"{scene.rule.pk}/change/"))
    browser.find_element(By.LINK_TEXT, "TRY ON THE PAST").click()
    threshold = browser.find_element(By.NAME, "threshold")
    threshold.clear()
    threshold.send_keys("15")
    browser.find_element(By.CSS_SELECTOR, "input[name=period][value='1']").click()
    press(browser, "Try it")
    assert "This page looks again every two seconds." in text_of(browser)

    backtest_work.run_backtest(Backtest.objects.get().pk, at=timezone.now())

    WebDriverWait(browser, WAIT_SECONDS).until(lambda page: "It would have fired" in text_of(page))
    assert browser.find_elements(By.CSS_SELECTOR, ".backtest-plot rect.backtest-after")
    assert complaints(browser) == []
    for scheme in ("light", "dark"):
        show_in(browser, scheme)
        browser.refresh()  # a change of colours is drawn gradually
        assert texts(browser, "#content *")[1] == set()


def test_a_rule_is_rolled_back_by_its_button(show: Open, scene: Scene) -> None:
    browser = show(admin("alertrule", f"{scene.rule.pk}/versions/"))
    press(browser, "Roll back to version 1")

    assert AlertRule.objects.get(pk=scene.rule.pk).threshold == 10.0
    assert "says again what it said in version 1" in text_of(browser)
    assert complaints(browser) == []


def test_an_incident_is_moved_on_from_its_page(show: Open, scene: Scene) -> None:
    browser = show(admin("incident", f"{scene.incident.pk}/change/"))
    address = browser.current_url
    press(browser, "Investigate")

    assert Incident.objects.get().status == "investigating"
    assert browser.current_url == address
    assert [each.text for each in browser.find_elements(By.CSS_SELECTOR, ".alert-acts button")] == [
        "Resolve",
        "Close",
        "Tell the public",
    ]
