"""The pages of the mailbox: the list, and one mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.demo.mail import Mail
from config.demo.pages.templating import Html, age_in_words, join, render

NO_REFRESH = Html("")


def list_page(mails: Sequence[Mail], *, at: datetime) -> Html:
    """Return the page of all mails, newest first."""
    body = render("mail_list.html", mails=mail_table(mails, at))
    return render("layout.html", title="Mailbox", refresh=NO_REFRESH, body=body)


def mail_table(mails: Sequence[Mail], at: datetime) -> Html:
    """Return a table of mails, newest first, each a link to its page."""
    return render("mails.html", rows=join(_row(mail, at) for mail in reversed(mails)))


def mail_page(mail: Mail) -> Html:
    """Return the page of one mail; its HTML part is shown in a sandbox only."""
    body = render(
        "mail.html",
        subject=_subject(mail),
        sender=mail.sender,
        recipients=mail.recipients,
        received_at=mail.received_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        body=join(_parts(mail)),
        headers=join(render("header.html", name=name, value=value) for name, value in mail.headers),
    )
    return render("layout.html", title=_subject(mail), refresh=NO_REFRESH, body=body)


def _row(mail: Mail, at: datetime) -> Html:
    return render(
        "mail_row.html",
        id=mail.id,
        age=age_in_words(mail.received_at, at),
        received_at=mail.received_at.isoformat(timespec="seconds"),
        sender=mail.sender,
        recipients=mail.recipients,
        subject=_subject(mail),
    )


def _parts(mail: Mail) -> Iterator[Html]:
    if mail.text.strip() or not mail.html:
        yield render("mail_text.html", text=mail.text.strip() or "(no text)")
    if mail.html:
        yield render("mail_html.html", id=mail.id, html=mail.html)


def _subject(mail: Mail) -> str:
    return mail.subject.strip() or "(no subject)"
