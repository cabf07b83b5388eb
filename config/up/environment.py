"""The variables that all processes of one run share."""

from collections.abc import Mapping
from pathlib import Path

from config.embedded.ports import LOOPBACK
from config.up.addresses import Addresses

# Generated once for a data directory; a variable of the same name (or NAME_FILE) wins.
GENERATED = ("DJANGO_SECRET_KEY", "JWT_SECRET", "ADMIN_PASSWORD", "FLOWER_PASSWORD")
DEMO_RECIPIENT = "ops@tickettoken.example"


def shared_environment(
    environ: Mapping[str, str],
    *,
    secrets: Mapping[str, str],
    engines: Mapping[str, str],
    addresses: Addresses,
    data_dir: Path,
) -> dict[str, str]:
    """Return the environment of the processes: what the person set wins, except where engines run."""
    shared = {
        "PUBLIC_URL": addresses.base_url,
        "INGEST_SPOOL": "true",
        "FLOWER_URL": f"http://{LOOPBACK}:{addresses.flower}/flower/",
        **{name: secrets[name] for name in GENERATED if f"{name}_FILE" not in environ},
        **_mailbox(environ, addresses),
        **environ,
        **engines,
        **addresses.services,
        "DATA_DIR": str(data_dir),
        "PORT": str(addresses.web),
        "PYTHONUNBUFFERED": "1",
    }
    shared.setdefault("KAFKA_BROKERS", "")
    return shared


def demo_environment(
    shared: Mapping[str, str], addresses: Addresses, token: Path
) -> dict[str, str]:
    """Return what the demo platform needs on top; its token comes in a file, never in `ps`."""
    return {
        **shared,
        "DEMO_BASE_URL": addresses.base_url,
        "DEMO_TOKEN_FILE": str(token),
        "DEMO_CONTROL_PORT": str(addresses.control),
        "DEMO_SMTP_PORT": str(addresses.smtp),
    }


def _mailbox(environ: Mapping[str, str], addresses: Addresses) -> dict[str, str]:
    """Send mail to the demo mailbox unless the person named a mail server."""
    if addresses.smtp is None or environ.get("SMTP_HOST"):
        return {}
    return {
        "DEMO_MAILBOX_URL": f"http://{LOOPBACK}:{addresses.control}/",
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(addresses.smtp),
        "ALERT_TO_EMAIL": DEMO_RECIPIENT,
    }
