"""The pages of alerting in a real browser: they open whole and can be read, in light, dark and on a phone."""

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from alerts.models import Alert, AlertRule
from tests.browser.acting import Open, admin, link_path, text_of
from tests.browser.alerting_scene import Scene
from tests.browser.chromium import IN_A_BROWSER, show_in
from tests.browser.contrast import texts
from tests.browser.fitting import out_of_sight, too_faint, unfit

pytestmark = IN_A_BROWSER

_LISTS = (
    "alert",
    "alertrule",
    "backtest",
    "silence",
    "maintenancewindow",
    "dependency",
    "escalationpolicy",
    "oncallrotation",
    "contact",
    "channelstate",
    "notification",
    "incident",
)


def paths(scene: Scene) -> list[str]:
    rule, incident = admin("alertrule", f"{scene.rule.pk}/"), f"{scene.incident.pk}/"
    return [
        "/admin/",
        "/",
        *(admin(model) for model in _LISTS),
        *(f"{rule}{page}/" for page in ("change", "versions", "simulate")),
        admin("alertrule", "add/"),
        admin("alert", f"{scene.alert.pk}/change/"),
        admin("backtest", f"add/?rule={scene.rule.pk}"),
        admin("silence", f"add/?alert={scene.alert.pk}"),
        admin("maintenancewindow", "add/"),
        admin("escalationpolicy", f"{scene.rule.escalation_policy_id}/change/"),
        admin("notification", f"{scene.message.pk}/change/"),
        admin("incident", f"{incident}change/"),
        admin("incident", f"{incident}postmortem/"),
        admin("incident", "noise/"),
    ]


def test_every_page_opens_whole_and_without_a_complaint(show: Open, scene: Scene) -> None:
    assert unfit(show, paths(scene)) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_pages_can_be_read(
    signed_in: Chrome, show: Open, scene: Scene, scheme: str
) -> None:
    show_in(signed_in, scheme)
    assert too_faint(show, paths(scene)[2:]) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_link_and_the_operations_page_fit_and_can_be_read(
    signed_in: Chrome, show: Open, scene: Scene, scheme: str
) -> None:
    show_in(signed_in, scheme, width=390)
    for path in (link_path(scene), "/"):
        browser = show(path)

        assert out_of_sight(browser) == 0
        assert texts(browser)[1] == set()
    assert "nobody yet" in text_of(browser)


def test_who_uses_the_keyboard_sees_where_they_are(show: Open, scene: Scene) -> None:
    browser = show(admin("alert", f"{scene.alert.pk}/change/"))
    browser.find_element(By.XPATH, "//button[.='Acknowledge']").send_keys(Keys.TAB)
    focused = browser.switch_to.active_element

    assert focused.get_attribute("name") == "note"
    focused.send_keys(Keys.TAB)
    outline = browser.switch_to.active_element.value_of_css_property("outline")
    assert browser.switch_to.active_element.text == "Resolve"
    assert "3px" in outline


def test_services_whose_alerts_wait_stay_in_the_graph(show: Open, scene: Scene) -> None:
    AlertRule.objects.filter(pk=scene.rule.pk).update(is_cause=True)
    Alert.objects.filter(pk=scene.alert.pk).update(service="api-gateway")
    browser = show(admin("dependency"))

    waiting = browser.find_elements(By.CSS_SELECTOR, ".dependency-graph .waiting rect")
    assert len(waiting) > 3
    assert all(box.is_displayed() for box in waiting)
