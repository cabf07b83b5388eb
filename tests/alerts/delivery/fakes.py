"""A channel that does what a test tells it to, and remembers what it was asked to send."""

from collections import deque
from collections.abc import Callable, Sequence

from alerts.channels.base import Receipt, Rendering
from alerts.messages import Message
from monitoring.outbound import Deadline

Answer = Receipt | BaseException | Callable[[Message], Receipt]


class PowerCut(BaseException):
    """Stands for kill -9: nothing in the process survives it."""


class FakeChannel:
    """Takes every message unless answers were planned for the next ones."""

    def __init__(
        self, name: str = "email", recipients: Sequence[str] = ("ops@example.org",)
    ) -> None:
        self.name = name
        self.addresses = list(recipients)
        self.lacks: list[str] = []
        self.sent: list[Message] = []
        self.plan: deque[Answer] = deque()
        self.bundles = False
        self.follows = False

    def missing(self) -> Sequence[str]:
        return self.lacks

    def recipients(self) -> Sequence[str]:
        return self.addresses

    def render(self, message: Message) -> Rendering:
        return Rendering({"title": message.content.title})

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        deadline.remaining()
        self.sent.append(message)
        answer = self.plan.popleft() if self.plan else Receipt("<ref>", "250 OK")
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Receipt) else answer(message)
