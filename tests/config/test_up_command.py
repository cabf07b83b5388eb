"""python -m config.up, as a person types it."""

from pathlib import Path

import pytest
from rich.console import Console

from config.up import __main__ as command
from config.up.installation import Installation


class TestCommand:
    @pytest.fixture(autouse=True)
    def root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "ROOT", tmp_path)

    def test_status_looks_into_the_data_directory_of_the_checkout(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main(["status"], {}) == 3
        assert str(tmp_path) in capsys.readouterr().out.replace("\n", "")

    def test_the_data_directory_may_come_from_the_environment_or_the_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / ".env").write_text("DATA_DIR=/from/file\n")
        command.main(["down"], {})
        command.main(["down"], {"DATA_DIR": "/from/environ"})
        command.main(["--data-dir", "/from/flag", "down"], {"DATA_DIR": "/from/environ"})
        places = [line.split()[-1] for line in capsys.readouterr().out.splitlines()]
        assert places == ["/from/file", "/from/environ", "/from/flag"]

    def test_a_refusal_is_told_without_a_traceback(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.main(["logs", "nonsense"], {}) == 1
        assert command.main(["manage", "check"], {}) == 1
        said = capsys.readouterr().out
        assert "there is no log 'nonsense'" in said
        assert "make run" in said

    def test_without_a_verb_it_runs(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        calls: list[tuple[Installation, str]] = []

        def note(place: Installation, environ: dict[str, str], _console: Console) -> int:
            calls.append((place, environ["A"]))
            return 5

        monkeypatch.setattr(command, "run", note)
        assert command.main([], {"A": "1"}) == 5
        assert calls == [(Installation(tmp_path, tmp_path / ".data"), "1")]
