"""The page of the whole demo platform."""

from collections.abc import Sequence
from datetime import datetime

from config.demo.fault_injector import FaultInjector
from config.demo.mail import Mail
from config.demo.pages.mails import mail_table
from config.demo.pages.templating import Html, age_in_words, join, render, span_in_words
from config.demo.parts import Parts
from config.demo.pusher import Pusher
from config.demo.services import DemoService
from config.demo.states import ServiceState, behaviour

REFRESH_SECONDS = 5
SHOWN_MAILS = 20


def page(parts: Parts, *, at: datetime) -> Html:
    """Return the page as it is `at` this instant; it loads itself again by and by."""
    services = list(parts.fleet.services.values())
    mails = parts.mailbox.messages
    healthy = sum(service.state is ServiceState.HEALTHY for service in services)
    body = render(
        "overview.html",
        base_url=parts.base_url,
        tally=f"{healthy} of {len(services)} healthy",
        tally_class="well" if healthy == len(services) else "unwell",
        services=join(_service(service, at) for service in services),
        legend=join(_legend(state) for state in ServiceState),
        traffic=_traffic(parts.pusher, at),
        fault=_fault(parts.faults, at),
        mail_count=len(mails),
        mails=_mails(mails, at),
        now=at.strftime("%H:%M:%S"),
        seconds=REFRESH_SECONDS,
    )
    refresh = render("refresh.html", seconds=REFRESH_SECONDS)
    return render("layout.html", title="Demo platform", refresh=refresh, body=body)


def _service(service: DemoService, at: datetime) -> Html:
    return render(
        "service.html",
        name=service.profile.name,
        url=service.url,
        state=service.state.value,
        since=age_in_words(service.since, at),
        requests=service.requests,
        buttons=join(_button(state, service.state) for state in ServiceState),
    )


def _button(state: ServiceState, current: ServiceState) -> Html:
    template = "pressed_button.html" if state is current else "button.html"
    return render(template, state=state.value, meaning=behaviour(state).meaning)


def _legend(state: ServiceState) -> Html:
    return render("legend.html", state=state.value, meaning=behaviour(state).meaning)


def _traffic(pusher: Pusher | None, at: datetime) -> Html:
    if pusher is None:
        return render("note.html", text="Off: DEMO_TOKEN is not set, so no metrics are pushed.")
    figures = pusher.figures
    answered_at = figures.last_answer_at
    return render(
        "traffic.html",
        samples=f"{figures.samples:,}",
        batches=f"{figures.batches:,}",
        buffered=len(pusher.outbox),
        dropped=pusher.outbox.dropped,
        refused=figures.refused,
        age=age_in_words(answered_at, at) if answered_at else "",
        answer=figures.last_answer,
    )


def _fault(faults: FaultInjector | None, at: datetime) -> Html:
    planned = faults.planned if faults else None
    if planned is None:
        return render("note.html", text="Off: services break only when you break them.")
    if at < planned.begins_at:
        lasts = span_in_words(planned.fault.lasts)
        when = f"Begins in {span_in_words(planned.begins_at - at)} and lasts {lasts}."
    else:
        when = f"Under way, ends in {span_in_words(planned.ends_at - at)}."
    fault = planned.fault
    return render("fault.html", state=fault.state.value, service=fault.service, when=when)


def _mails(mails: Sequence[Mail], at: datetime) -> Html:
    if not mails:
        return render("note.html", text="No mail yet. The first alert brings one.")
    table = mail_table(mails[-SHOWN_MAILS:], at)
    if len(mails) <= SHOWN_MAILS:
        return table
    return join([table, render("more_mails.html", count=len(mails))])
