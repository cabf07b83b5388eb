"""Readers of the environment: right values typed, wrong values named."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_a_missing_text_without_default_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JWT_SECRET", raising=False)

    with pytest.raises(ImproperlyConfigured, match="JWT_SECRET is not set"):
        env.text("JWT_SECRET")


@pytest.mark.parametrize(
    ("raw", "span"),
    [
        ("30", timedelta(seconds=30)),
        ("1.5", timedelta(seconds=1.5)),
        ("250ms", timedelta(milliseconds=250)),
        ("5m", timedelta(minutes=5)),
        ("2 h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("", timedelta(minutes=9)),
    ],
)
def test_spans_are_read_with_their_units(
    raw: str, span: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAN", raw)

    assert env.duration("SPAN", timedelta(minutes=9)) == span


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1", True),
        ("TRUE", True),
        ("yes", True),
        ("on", True),
        ("0", False),
        ("no", False),
        ("", False),
    ],
)
def test_booleans_are_read(raw: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setenv("FLAG", raw)

    assert env.boolean("FLAG", default=not value) is value


def test_an_unset_boolean_takes_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLAG", raising=False)

    assert env.boolean("FLAG", default=True) is True


def test_words_are_split_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a, ,b,")

    assert env.words("HOSTS") == ["a", "b"]


def test_a_url_loses_its_trailing_slash_and_empty_means_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NODE", "http://elastic:9200/")
    assert env.url("NODE") == "http://elastic:9200"

    monkeypatch.setenv("NODE", " ")
    assert env.url("NODE", "http://default:1") == ""


def test_a_secret_comes_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret\n", encoding="utf-8")
    monkeypatch.setenv("DB_PASSWORD", "ignored")
    monkeypatch.setenv("DB_PASSWORD_FILE", str(file))

    assert env.secret("DB_PASSWORD") == "s3cret"


@pytest.mark.parametrize(
    ("read", "raw", "message"),
    [
        (lambda: env.integer("X", 1), "ten", "X must be a whole number, not 'ten'"),
        (lambda: env.integer("X", 1, at_least=5), "4", "X must be at least 5, not 4"),
        (lambda: env.number("X", 1.0), "1,5", "X must be a number, not '1,5'"),
        (lambda: env.boolean("X", default=True), "maybe", "X must be true or false, not 'maybe'"),
        (lambda: env.duration("X", timedelta(0)), "5 weeks", "X must be a span"),
        (lambda: env.url("X"), "ftp://a", "X must be a URL of http/https, not 'ftp://a'"),
        (lambda: env.url("X"), "http://", "X must be a URL"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(
    read: object, raw: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", raw)

    with pytest.raises(ImproperlyConfigured, match=message.replace("(", r"\(")):
        read()  # type: ignore[operator]


def test_an_unreadable_secret_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD_FILE", str(tmp_path / "absent"))

    with pytest.raises(ImproperlyConfigured, match="DB_PASSWORD_FILE cannot be read: No such file"):
        env.secret("DB_PASSWORD")


def test_every_variable_that_settings_read_is_in_the_example() -> None:
    root = Path(__file__).resolve().parents[2]
    example = (root / ".env.example").read_text(encoding="utf-8")
    read = {
        name
        for file in (root / "config" / "settings").glob("*.py")
        for name in re.findall(r'env\.[a-z]+\(\s*"([A-Z_]+)"', file.read_text(encoding="utf-8"))
    }
    listed = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) | {"NODE_ENV"}

    assert read - listed == set()


def test_networks_are_read_and_a_single_address_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORKS", "10.1.2.3/8, ::1,")

    assert [str(each) for each in env.networks("NETWORKS")] == ["10.0.0.0/8", "::1/128"]


def test_what_is_no_network_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORKS", "10.0.0.0/8,inside")

    with pytest.raises(ImproperlyConfigured, match=r"NETWORKS must list networks: 'inside'"):
        env.networks("NETWORKS")


def test_credentials_are_read_with_their_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGINS", " orders-db=monitor:a%2Cb%3Ac%25=:d , empty=:,")

    assert env.credentials("LOGINS") == {"orders-db": ("monitor", "a,b:c%=:d"), "empty": ("", "")}


@pytest.mark.parametrize("raw", ["good=a:b,hunter2", "good=a:b,=me:hunter2", "good=a:b,me=hunter2"])
def test_credentials_that_cannot_be_read_are_told_by_their_place_and_never_shown(
    raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGINS", raw)

    with pytest.raises(ImproperlyConfigured, match="LOGINS: entry 2") as caught:
        env.credentials("LOGINS")
    assert "hunter2" not in str(caught.value)


def test_no_credentials_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOGINS", raising=False)

    assert env.credentials("LOGINS") == {}
