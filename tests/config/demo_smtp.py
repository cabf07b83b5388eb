"""A plain SMTP client, as the tests of the mailbox use it."""

import smtplib
from email.message import EmailMessage

from config.demo.mailbox import Mailbox


def message(subject: str) -> EmailMessage:
    """Return a mail of plain text."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "alerts@example.org"
    mail["To"] = "ops@example.org"
    mail.set_content(f"about {subject}\n")
    return mail


def send(mailbox: Mailbox, *subjects: str, timeout: float = 10.0) -> None:
    """Send one mail for each subject over one connection."""
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=timeout) as client:
        for subject in subjects:
            client.send_message(message(subject))


def subjects_in(mailbox: Mailbox) -> list[str]:
    """Return the subjects of the kept mails, oldest first."""
    return [mail.subject for mail in mailbox.messages]
