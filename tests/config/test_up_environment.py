"""What decides where everything listens and what it is told."""

import os
import stat
from pathlib import Path

import pytest

from config.up import dotenv, preflight
from config.up.addresses import SERVICE_PORTS, Addresses, choose_addresses
from config.up.environment import GENERATED, demo_environment, shared_environment
from config.up.errors import StartError
from config.up.installation import Installation
from config.up.programs import ProgramList

SECRETS = {name: f"generated {name}" for name in GENERATED}
NOWHERE = Installation(Path("/checkout"), Path("/data"))


class Ports:
    """Chooses as the real one does, on a machine where some ports are busy."""

    def __init__(self, *busy: int) -> None:
        self.busy = busy
        self.next = 20_000

    def __call__(self, usual: int | None, taken: frozenset[int]) -> int:
        if usual is not None and usual not in self.busy and usual not in taken:
            return usual
        self.next += 1
        return self.next


class TestDotenv:
    @pytest.mark.parametrize(
        ("text", "variables"),
        [
            ("A=1\nB=two", {"A": "1", "B": "two"}),
            ("# nothing\n\n  \n", {}),
            ("export A=1", {"A": "1"}),
            ("A = 1 ", {"A": "1"}),
            ("A=", {"A": ""}),
            ("A=1   # why", {"A": "1"}),
            ("A=#1", {"A": "#1"}),
            ("A=x#1", {"A": "x#1"}),
            ('A="one # two"', {"A": "one # two"}),
            ("A='  kept  ' # why", {"A": "  kept  "}),
            ("A=a=b", {"A": "a=b"}),
            ("A='it", {"A": "'it"}),
            ("A=1\nA=2", {"A": "2"}),
        ],
    )
    def test_a_line_is_read(self, text: str, variables: dict[str, str]) -> None:
        assert dotenv.parse(text) == variables

    @pytest.mark.parametrize("line", ["no equals sign", "1A=1", "A-B=1", "=1"])
    def test_a_line_that_is_none_is_named_by_its_number(self, line: str) -> None:
        with pytest.raises(ValueError, match="line 2 is not NAME=value"):
            dotenv.parse(f"A=1\n{line}\n")

    def test_the_environment_wins_over_the_file(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("A=file\nB=file\n")
        assert dotenv.with_file({"A": "real"}, tmp_path / ".env") == {"A": "real", "B": "file"}

    def test_a_missing_file_changes_nothing(self, tmp_path: Path) -> None:
        assert dotenv.with_file({"A": "real"}, tmp_path / ".env") == {"A": "real"}

    def test_a_bad_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("oops")
        with pytest.raises(StartError, match=r"\.env: line 1"):
            dotenv.with_file({}, tmp_path / ".env")


class TestPreflight:
    @pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
    def test_a_python_that_is_new_enough_passes(self, version: tuple[int, int]) -> None:
        preflight.check_python(version)

    @pytest.mark.parametrize("version", [(3, 10), (2, 7)])
    def test_an_old_python_is_refused(self, version: tuple[int, int]) -> None:
        with pytest.raises(StartError, match=r"Python 3\.11 or newer"):
            preflight.check_python(version)

    def test_two_gibibytes_must_be_free(self) -> None:
        preflight.check_space(2 * 1024**3, Path("/data"))
        with pytest.raises(StartError, match=r"2 GB of free disk.*there are 2\.0"):
            preflight.check_space(2 * 1024**3 - 1, Path("/data"))

    def test_the_data_directory_is_made_and_closed_to_others(self, tmp_path: Path) -> None:
        preflight.check(tmp_path / "new" / "data")
        assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o711

    def test_a_file_in_its_place_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "data").touch()
        with pytest.raises(StartError, match=r"cannot use .*data: File exists"):
            preflight.make_private(tmp_path / "data")

    def test_a_directory_that_we_may_not_write_to_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda _path, _mode: False)
        with pytest.raises(StartError, match="belongs to somebody else"):
            preflight.make_private(tmp_path)


class TestAddresses:
    def test_the_usual_ports_are_taken_in_silence(self) -> None:
        chosen = choose_addresses({}, with_demo=True, choose=Ports())
        assert (chosen.web, chosen.flower, chosen.control, chosen.smtp) == (3013, 5555, 8025, 1025)
        assert chosen.services == {
            variable: f"http://127.0.0.1:{port}" for variable, port in SERVICE_PORTS.items()
        }
        assert chosen.moved == []
        assert chosen.base_url == "http://127.0.0.1:3013"

    def test_a_move_is_said(self) -> None:
        chosen = choose_addresses({}, with_demo=True, choose=Ports(3013, 3004))
        assert chosen.web == 20_001
        assert chosen.services["TICKET_SERVICE_URL"] == "http://127.0.0.1:20002"
        assert chosen.moved == [
            "port 3013 is in use: the console is on 20001",
            "port 3004 is in use: demo TICKET_SERVICE_URL is on 20002",
        ]

    def test_without_the_demo_its_ports_are_left_alone(self) -> None:
        chosen = choose_addresses({}, with_demo=False, choose=Ports(8025, 3000))
        assert (chosen.control, chosen.smtp, chosen.services, chosen.moved) == (None, None, {}, [])

    def test_a_demanded_port_is_used(self) -> None:
        assert choose_addresses({"PORT": "4000"}, with_demo=False, choose=Ports()).web == 4000

    def test_a_demanded_port_that_is_taken_stops_the_start(self) -> None:
        with pytest.raises(StartError, match="PORT=4000: this port is in use"):
            choose_addresses({"PORT": "4000"}, with_demo=False, choose=Ports(4000))

    @pytest.mark.parametrize("raw", ["0", "65536", "http", "-1", "3.5"])
    def test_what_is_no_port_is_named(self, raw: str) -> None:
        with pytest.raises(StartError, match="FLOWER_PORT must be a port from 1 to 65535"):
            choose_addresses({"FLOWER_PORT": raw}, with_demo=False, choose=Ports())

    @pytest.mark.parametrize("raw", ["1", "65535"])
    def test_the_outermost_ports_are_ports(self, raw: str) -> None:
        chosen = choose_addresses({"FLOWER_PORT": raw}, with_demo=False, choose=Ports())
        assert chosen.flower == int(raw)

    def test_a_demanded_service_url_is_kept_and_its_port_not_given_twice(self) -> None:
        environ = {"API_GATEWAY_URL": "http://127.0.0.1:3001"}
        chosen = choose_addresses(environ, with_demo=True, choose=Ports())
        assert chosen.services["API_GATEWAY_URL"] == "http://127.0.0.1:3001"
        assert chosen.services["AUTH_SERVICE_URL"] == "http://127.0.0.1:20001"


class TestEnvironment:
    def shared(self, environ: dict[str, str], *, demo: bool = True) -> dict[str, str]:
        addresses = choose_addresses(environ, with_demo=demo, choose=Ports())
        return shared_environment(
            environ,
            secrets=SECRETS,
            engines={"DB_HOST": "127.0.0.1", "DB_PORT": "5432"},
            addresses=addresses,
            data_dir=Path("/data"),
        )

    def test_generated_secrets_fill_the_gaps(self) -> None:
        shared = self.shared({"JWT_SECRET": "mine", "ADMIN_PASSWORD_FILE": "/run/admin"})
        assert shared["DJANGO_SECRET_KEY"] == "generated DJANGO_SECRET_KEY"
        assert shared["JWT_SECRET"] == "mine"
        assert "ADMIN_PASSWORD" not in shared, "NAME_FILE must win over a generated value"

    def test_running_engines_win_over_what_the_person_set(self) -> None:
        assert self.shared({"DB_PORT": "6000"})["DB_PORT"] == "5432"

    def test_mail_goes_to_the_demo_mailbox(self) -> None:
        shared = self.shared({})
        assert shared["SMTP_HOST"] == "127.0.0.1"
        assert shared["SMTP_PORT"] == "1025"
        assert shared["ALERT_TO_EMAIL"] == "ops@tickettoken.example"

    @pytest.mark.parametrize("demo", [True, False])
    def test_a_named_mail_server_stays(self, *, demo: bool) -> None:
        shared = self.shared({"SMTP_HOST": "smtp.example"}, demo=demo)
        assert shared["SMTP_HOST"] == "smtp.example"
        assert "ALERT_TO_EMAIL" not in shared

    def test_without_the_demo_neither_mailbox_nor_services_are_named(self) -> None:
        shared = self.shared({}, demo=False)
        assert not {"SMTP_HOST", *SERVICE_PORTS} & set(shared)

    def test_the_processes_are_told_where_they_are(self) -> None:
        shared = self.shared({"PORT": "4000"})
        assert shared["PUBLIC_URL"] == "http://127.0.0.1:4000"
        assert shared["FLOWER_URL"].startswith("http://127.0.0.1:")
        assert shared["DATA_DIR"] == "/data"
        assert shared["KAFKA_BROKERS"] == "", "no engine and no name means off"

    def test_the_demo_gets_its_token_by_file(self) -> None:
        addresses = Addresses(web=3013, flower=5555, control=8025, smtp=1025)
        environ = demo_environment({"A": "1"}, addresses, Path("/data/demo.token"))
        assert environ == {
            "A": "1",
            "DEMO_BASE_URL": "http://127.0.0.1:3013",
            "DEMO_TOKEN_FILE": "/data/demo.token",
            "DEMO_CONTROL_PORT": "8025",
            "DEMO_SMTP_PORT": "1025",
        }


class TestPrograms:
    def names(self, *, kafka: str, demo: bool) -> list[str]:
        addresses = Addresses(web=3013, flower=5555, control=8025 if demo else None, smtp=1025)
        shared = {"KAFKA_BROKERS": kafka, "FLOWER_PASSWORD": "secret"}
        return [program.name for program in ProgramList(NOWHERE, shared, addresses).all()]

    def test_everything_runs_by_default(self) -> None:
        assert self.names(kafka="127.0.0.1:9092", demo=True) == [
            *("web", "worker", "collect", "ml", "beat", "watchdog", "stream", "demo", "flower"),
        ]

    def test_what_is_switched_off_does_not_run(self) -> None:
        assert self.names(kafka="", demo=False) == [
            *("web", "worker", "collect", "ml", "beat", "watchdog", "flower")
        ]

    def test_no_secret_stands_among_the_arguments(self) -> None:
        shared = {"KAFKA_BROKERS": "k:9092", "FLOWER_PASSWORD": "s3cr3t-word"}
        addresses = Addresses(web=3013, flower=5555, control=8025, smtp=1025)
        programs = ProgramList(NOWHERE, shared, addresses).all()
        assert not any("s3cr3t-word" in " ".join(program.argv) for program in programs)
        flower = next(program for program in programs if program.name == "flower")
        assert flower.environ["FLOWER_BASIC_AUTH"] == "admin:s3cr3t-word"

    def test_sources_of_work_stop_before_the_workers(self) -> None:
        shared = {"KAFKA_BROKERS": "k:9092", "FLOWER_PASSWORD": "x"}
        addresses = Addresses(web=3013, flower=5555, control=8025, smtp=1025)
        tiers = {p.name: p.tier for p in ProgramList(NOWHERE, shared, addresses).all()}
        assert tiers["beat"] == tiers["web"] == tiers["demo"] > tiers["worker"] == tiers["ml"]

    def test_only_the_web_process_pools_connections(self) -> None:
        shared = {"KAFKA_BROKERS": "", "FLOWER_PASSWORD": "x"}
        addresses = Addresses(web=3013, flower=5555)
        pooled = [
            program.name
            for program in ProgramList(NOWHERE, shared, addresses).all()
            if "DB_POOL" in program.environ
        ]
        assert pooled == ["web"]
