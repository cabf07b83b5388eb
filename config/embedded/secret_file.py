"""Generated secrets, kept in one file that only its owner can read."""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from config.embedded.errors import EmbeddedError
from config.supervisor.files import PRIVATE, replace_file

_BYTES = 32


class SecretFile:
    """A JSON object of name -> secret. A value once written never changes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ensure(self, names: Iterable[str]) -> dict[str, str]:
        """Return all secrets, after generating those of `names` that are missing.

        Each has 256 bits. Raises EmbeddedError if the file is damaged: new
        passwords would lock us out of the data.
        """
        known = self._read()
        missing = [name for name in names if name not in known]
        if missing:
            known |= {name: secrets.token_urlsafe(_BYTES) for name in missing}
            replace_file(self.path, json.dumps(known, indent=2), mode=PRIVATE)
        return known

    def _read(self) -> dict[str, str]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise EmbeddedError(f"{self.path} is damaged: bring it back from a copy")
        return {str(name): str(value) for name, value in content.items()}
