"""The directory of the spool: nothing is answered that is not synced, nothing grows without an end."""

import errno
import os
import resource
import signal
import threading
import time
from pathlib import Path

import pytest

from monitoring.spool import files as module
from monitoring.spool.files import DAMAGED, REFUSED, SpoolFiles, SpoolFullError

LIMIT = 1_000


@pytest.fixture
def files(tmp_path: Path) -> SpoolFiles:
    return SpoolFiles(tmp_path / "spool", LIMIT, max_age_seconds=3_600)


def everything(files: SpoolFiles) -> bytes:
    return b"".join(files.content(path) for path in files.waiting())


def test_nothing_waits_before_anything_was_written(files: SpoolFiles) -> None:
    assert files.waiting() == []
    assert files.size() == 0


def test_frames_are_appended_to_one_file(files: SpoolFiles) -> None:
    files.append(b"one,")
    files.append(b"two")

    assert len(files.waiting()) == 1
    assert everything(files) == b"one,two"
    assert files.size() == 7


def test_only_its_owner_may_read_it(files: SpoolFiles) -> None:
    files.append(b"x")

    assert files.directory.stat().st_mode & 0o077 == 0
    assert files.waiting()[0].stat().st_mode & 0o077 == 0


def test_a_file_that_is_long_enough_is_followed_by_another(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FILE_BYTES", 4)

    for content in (b"aaa", b"bb", b"cc"):
        files.append(content)

    assert [path.read_bytes() for path in files.waiting()] == [b"aaabb", b"cc"]


def test_at_the_limit_it_takes_no_more(files: SpoolFiles) -> None:
    files.append(b"x" * LIMIT)

    with pytest.raises(SpoolFullError, match="the spool is full") as refused:
        files.append(b"y")

    assert refused.value.retry_after_seconds == 5
    assert refused.value.code == "DATABASE_ERROR"
    assert files.size() == LIMIT


def test_what_has_waited_for_too_long_stops_it(tmp_path: Path) -> None:
    old = SpoolFiles(tmp_path, LIMIT, max_age_seconds=0)
    old.append(b"x")

    with pytest.raises(SpoolFullError, match="waited for too long"):
        old.append(b"y")


def test_a_disk_that_takes_only_half_leaves_the_file_as_it_was(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(b"whole")
    real = os.write

    def half(descriptor: int, content: memoryview) -> int:
        if len(content) > 1:
            return real(descriptor, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(SpoolFullError, match="No space left on device"):
        files.append(b"torn in two")

    assert everything(files) == b"whole"


def test_what_was_not_synced_is_not_kept(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(b"whole")

    def fails(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fails)
    with pytest.raises(SpoolFullError, match="Input/output error"):
        files.append(b"lost")

    assert everything(files) == b"whole"


def test_a_directory_that_cannot_be_made_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SpoolFullError, match="cannot be written"):
        SpoolFiles(tmp_path / "file" / "spool", LIMIT, 3_600).append(b"x")


def test_a_file_is_removed_only_if_nothing_was_added(files: SpoolFiles) -> None:
    files.append(b"one")
    (path,) = files.waiting()
    files.move_cursor(path, 3)
    files.append(b"two")

    assert not files.remove(path, length=3)
    assert files.cursor(path) == 3
    assert files.remove(path, length=6)
    assert files.waiting() == []
    assert files.cursor(path) == 0


def test_a_cursor_that_cannot_be_read_means_from_the_start(files: SpoolFiles) -> None:
    files.append(b"one")
    (path,) = files.waiting()
    path.with_suffix(".done").write_text("half a num")

    assert files.cursor(path) == 0


def test_writers_of_one_file_never_mix(tmp_path: Path) -> None:
    files = SpoolFiles(tmp_path, 10**6, 3_600)

    def write(letter: bytes) -> None:
        for _ in range(20):
            files.append(letter * 50)

    threads = [threading.Thread(target=write, args=(bytes([65 + n]),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    content = everything(files)
    stretches = {content[place : place + 50] for place in range(0, len(content), 50)}
    assert len(content) == 4 * 20 * 50
    assert stretches == {bytes([65 + n]) * 50 for n in range(4)}


def test_a_writer_does_not_add_to_a_file_that_was_just_removed(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(b"one")
    (path,) = files.waiting()
    real = os.open
    removed: list[object] = []

    def open_and_lose(name: str | Path, *arguments: int) -> int:
        descriptor = real(name, *arguments)
        if name == path and not removed:
            path.unlink()
            removed.append(name)
        return descriptor

    monkeypatch.setattr(os, "open", open_and_lose)
    files.append(b"two")

    assert removed
    assert everything(files) == b"two"


def test_a_full_disk_of_the_system_is_met_the_same(tmp_path: Path) -> None:
    files = SpoolFiles(tmp_path, 10**6, 3_600)
    files.append(b"x" * 100)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150, before[1]))
    try:
        with pytest.raises(SpoolFullError, match="File too large"):
            files.append(b"y" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert everything(files) == b"x" * 100


def test_a_new_file_sorts_behind_the_others_when_the_clock_was_set_back(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FILE_BYTES", 1)
    files.append(b"first")
    begun = int(files.waiting()[0].stem)
    monkeypatch.setattr(time, "time_ns", lambda: begun - 10**12)

    files.append(b"second")

    assert everything(files) == b"firstsecond"


def test_a_file_that_is_not_of_the_spool_is_left_alone(files: SpoolFiles) -> None:
    files.append(b"one")
    (files.directory / "notes.spool").write_text("mine")

    files.append(b"two")

    assert everything(files) == b"onetwo"


@pytest.mark.parametrize("why", [DAMAGED, REFUSED])
def test_what_was_set_aside_waits_no_more_but_takes_its_room(files: SpoolFiles, why: str) -> None:
    files.append(b"x" * 400)
    (path,) = files.waiting()
    files.set_aside(path, b"y" * 600, start=0, why=why)

    with pytest.raises(SpoolFullError, match="the spool is full"):
        files.append(b"z")

    assert files.waiting() == [path]
    assert [aside.read_bytes() for aside in files.directory.glob(f"*.{why}")] == [b"y" * 600]


def test_a_new_file_is_made_findable_before_anything_is_in_it(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[Path, int]] = []

    def note(directory: Path) -> None:
        synced.append((directory, files.size()))

    monkeypatch.setattr(module, "_sync_directory", note)
    files.append(b"one")
    files.append(b"two")

    assert synced == [(files.directory, 0), (files.directory.parent, 0)]
