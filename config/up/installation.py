"""Where the service and its data are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Installation:
    """The checkout, and the data directory of one installation of the service."""

    root: Path
    data_dir: Path

    @property
    def logs(self) -> Path:
        """Return the directory of the log files."""
        return self.data_dir / "logs"

    @property
    def secrets(self) -> Path:
        """Return the file of the generated secrets."""
        return self.data_dir / "secrets.json"

    @property
    def processes(self) -> Path:
        """Return the file that says what runs."""
        return self.data_dir / "processes.json"

    @property
    def environment(self) -> Path:
        """Return the file of the variables that the processes of the last run got."""
        return self.data_dir / "environment.json"

    @property
    def admin_token(self) -> Path:
        """Return the file with a token of the role admin."""
        return self.data_dir / "token"

    @property
    def demo_token(self) -> Path:
        """Return the file with the token by which the demo platform pushes."""
        return self.data_dir / "demo.token"
