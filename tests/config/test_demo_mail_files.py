"""The mailbox on disk: mails are files, bounded, and there again after a restart."""

import smtplib
from pathlib import Path

import pytest

from config.demo.mail_files import MailFiles
from config.demo.mailbox import Mailbox
from tests.config.demo_smtp import send, subjects_in


def test_a_cleared_mailbox_is_empty_on_disk_as_well(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as mailbox:
        send(mailbox, "one")

        mailbox.clear()

        assert mailbox.messages == []
        assert list(tmp_path.iterdir()) == []


def test_mails_are_files_that_a_mail_reader_can_open(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mailbox") as mailbox:
        send(mailbox, "one")

    (path,) = (tmp_path / "mailbox").iterdir()
    assert path.name == f"{mailbox.messages[0].id}.eml"
    assert b"Subject: one\r\n" in path.read_bytes()


def test_a_second_run_finds_the_mails_of_the_first(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as first:
        send(first, "one", "two")

    with Mailbox(tmp_path) as second:
        send(second, "three")
        assert subjects_in(second) == ["one", "two", "three"]
        assert second.messages[:2] == first.messages


def test_a_restarted_mailbox_does_not_count_its_mails_twice(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    for _ in range(2):
        mailbox.start()
        send(mailbox, "one")
        mailbox.stop()

    assert subjects_in(mailbox) == ["one", "one"]


def test_the_directory_keeps_the_newest_files_and_leaves_others_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.eml").write_text("mine")

    with Mailbox(tmp_path, limit=2) as mailbox:
        send(mailbox, "one", "two", "three")

    with Mailbox(tmp_path, limit=2) as again:
        assert subjects_in(again) == ["two", "three"]
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "notes.eml").read_text() == "mine"


def test_a_smaller_limit_loads_the_newest_only(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as mailbox:
        send(mailbox, "one", "two", "three")

    with Mailbox(tmp_path, limit=1) as smaller:
        assert subjects_in(smaller) == ["three"]


def test_a_mail_that_cannot_be_kept_is_refused_for_now(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MailFiles, "save", no_space)
    with Mailbox(tmp_path) as full:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            send(full, "one")

        assert refusal.value.smtp_code == 452
        assert full.messages == []
