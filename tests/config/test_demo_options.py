"""Flags and variables of the demo platform: right ones typed, wrong ones named."""

from pathlib import Path

import pytest

from config.demo.catalogue import SERVICES
from config.demo.options import Address, OptionError, read_options


def test_without_flags_and_variables_the_demo_runs_on_the_usual_ports() -> None:
    options = read_options([], {})

    assert options.base_url == "http://127.0.0.1:3013"
    assert options.token == ""
    assert (options.interval_seconds, options.seed, options.has_faults) == (5.0, 1, True)
    assert (options.control_port, options.smtp_port) == (8025, 1025)
    assert options.data_directory == Path(".data")
    assert [options.addresses[profile.name] for profile in SERVICES] == [
        Address("127.0.0.1", port) for port in range(3000, 3008)
    ]


def test_flags_and_variables_are_followed() -> None:
    environment = {
        "DEMO_BASE_URL": "https://monitor.example.org/",
        "DEMO_TOKEN": " abc.def ",
        "DEMO_CONTROL_PORT": "0",
        "DEMO_SMTP_PORT": "65535",
        "DATA_DIR": "elsewhere",
        "API_GATEWAY_URL": "http://gateway",
        "AUTH_SERVICE_URL": "https://auth",
        "VENUE_SERVICE_URL": "http://[::1]:4002/",
    }

    options = read_options(["--interval", "0.5", "--seed", "9", "--no-faults"], environment)

    assert (options.interval_seconds, options.seed, options.has_faults) == (0.5, 9, False)
    assert (options.base_url, options.token) == ("https://monitor.example.org", "abc.def")
    assert (options.control_port, options.smtp_port) == (0, 65_535)
    assert options.data_directory == Path("elsewhere")
    assert options.addresses["api-gateway"] == Address("gateway", 80)
    assert options.addresses["auth-service"] == Address("auth", 443)
    assert options.addresses["venue-service"] == Address("::1", 4002)


@pytest.mark.parametrize("name", ["DEMO_BASE_URL", "DEMO_CONTROL_PORT", "DATA_DIR", "DEMO_TOKEN"])
def test_an_empty_variable_is_as_good_as_none(name: str) -> None:
    assert read_options([], {name: ""}) == read_options([], {})


def test_a_token_file_wins_over_the_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from.file\n")

    options = read_options([], {"DEMO_TOKEN": "abc", "DEMO_TOKEN_FILE": str(tmp_path / "token")})

    assert options.token == "from.file"


def test_the_token_is_not_shown_with_the_options() -> None:
    assert "s3cret" not in repr(read_options([], {"DEMO_TOKEN": "s3cret"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO_BASE_URL", "127.0.0.1:3013"),
        ("DEMO_BASE_URL", "ftp://example.org"),
        ("DEMO_BASE_URL", "http://"),
        ("DEMO_CONTROL_PORT", "-1"),
        ("DEMO_CONTROL_PORT", "65536"),
        ("DEMO_SMTP_PORT", "smtp"),
        ("DEMO_SMTP_PORT", "²"),
        ("DEMO_TOKEN", "two words"),
        ("DEMO_TOKEN", "line\nbreak"),
        ("DEMO_TOKEN", "größer"),
        ("DEMO_TOKEN_FILE", "/does/not/exist"),
        ("PAYMENT_SERVICE_URL", "payment:3005"),
        ("PAYMENT_SERVICE_URL", "http://:3005"),
        ("PAYMENT_SERVICE_URL", "http://payment:99999"),
        ("PAYMENT_SERVICE_URL", "http://[::1"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(OptionError, match=name.removesuffix("_FILE")):
        read_options([], {name: value})


@pytest.mark.parametrize("seconds", ["0", "-1", "3601", "nan", "soon"])
def test_an_interval_must_be_a_span_that_makes_sense(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        read_options(["--interval", seconds], {})

    assert end.value.code == 2
    assert "--interval" in capsys.readouterr().err


def test_help_names_the_variables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        read_options(["--help"], {})

    assert end.value.code == 0
    shown = capsys.readouterr().out
    for name in ("DEMO_BASE_URL", "DEMO_TOKEN", "DATA_DIR", "MARKETPLACE_SERVICE_URL"):
        assert name in shown
