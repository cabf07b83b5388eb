"""The running parts of the demo platform, as the control site shows and changes them."""

from dataclasses import dataclass

from config.demo.fault_injector import FaultInjector
from config.demo.mailbox import Mailbox
from config.demo.pusher import Pusher
from config.demo.services import Fleet


@dataclass(frozen=True, slots=True)
class Parts:
    """Live objects; None stands for a part that is switched off."""

    base_url: str
    """Where the monitoring service is."""
    fleet: Fleet
    mailbox: Mailbox
    pusher: Pusher | None
    faults: FaultInjector | None
