"""Valkey: broker, cache and windows."""

from pathlib import Path

from config.embedded import binaries
from config.embedded.engine import Engine
from config.embedded.ports import LOOPBACK
from config.embedded.readiness import valkey_answers
from config.supervisor.files import PRIVATE, replace_file

# The append-only file is what survives. A broker must refuse rather than forget: `noeviction`.
_SETTINGS = """\
bind {host}
port {port}
requirepass {password}
dir {directory}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class Valkey(Engine):
    """Valkey with a password and an append-only file."""

    name = "valkey"
    usual_port = 6379

    def __init__(self, data_dir: Path, *, port: int, password: str) -> None:
        super().__init__(data_dir, port=port)
        self._password = password

    def variables(self) -> dict[str, str]:
        """Return REDIS_HOST, REDIS_PORT and REDIS_PASSWORD."""
        return {
            "REDIS_HOST": LOOPBACK,
            "REDIS_PORT": str(self.port),
            "REDIS_PASSWORD": self._password,
        }

    def is_ready(self) -> bool:
        """Authenticate and PING."""
        return valkey_answers(self.port, self._password)

    @property
    def _settings_file(self) -> Path:
        return self.home / "valkey.conf"

    def _prepare(self) -> None:
        """Write the settings to a file: a password among the arguments shows in `ps`."""
        super()._prepare()
        text = _SETTINGS.format(
            host=LOOPBACK, port=self.port, password=self._password, directory=f'"{self.home}"'
        )
        replace_file(self._settings_file, text, mode=PRIVATE)

    def _command(self) -> list[str]:
        return [str(binaries.valkey_server()), str(self._settings_file)]
