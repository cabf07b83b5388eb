"""Files that are replaced in one step: a reader sees the old text or the new, never a half."""

import os
from pathlib import Path

PRIVATE = 0o600


def replace_file(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write the file durably; with mode PRIVATE nobody else can read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
