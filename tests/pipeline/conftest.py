"""What the pipeline tests run on: the engines of the run, and a broker of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from config.demo.mailbox import Mailbox
from config.embedded.ports import LOOPBACK, choose_port
from config.embedded.valkey import Valkey
from tests.pipeline.service import Service

StartService = Callable[..., Service]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server that keeps what it is sent."""
    with Mailbox() as server:
        yield server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of the test's own, which it may kill and restart."""
    engine = Valkey(tmp_path / "broker", port=choose_port(None), password="pipeline-only")
    (tmp_path / "broker").mkdir()
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def start_service(
    transactional_db: None, tmp_path: Path, broker: Valkey, mailbox: Mailbox
) -> Iterator[StartService]:
    """Start the service on the test's database; it is stopped before that is emptied."""
    with ExitStack() as stack:

        def start(*, web: bool = True, worker: bool = True, **variables: str) -> Service:
            service = Service(
                tmp_path,
                broker,
                database=str(connection.settings_dict["NAME"]),
                SMTP_HOST=LOOPBACK,
                SMTP_PORT=str(mailbox.port),
                ALERT_TO_EMAIL="ops@tickettoken.example",
                **variables,
            )
            stack.callback(service.stop)
            if web:
                service.start_web()
            if worker:
                service.start_worker()
            return service

        yield start
