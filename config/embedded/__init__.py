"""Real engines from wheels: PostgreSQL, Valkey and a Kafka broker, without root or Docker."""

from config.embedded.engine import Engine
from config.embedded.errors import EmbeddedError
from config.embedded.stack import EmbeddedStack, StackOptions

__all__ = ["EmbeddedError", "EmbeddedStack", "Engine", "StackOptions"]
