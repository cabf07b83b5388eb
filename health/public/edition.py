"""One making of the status page, and what was rendered from it."""

import gzip
import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property

from health.statuspage.document import StatusDocument


@dataclass
class Body:
    """The bytes of an answer, and what tells two of them apart (RFC 9110, 8.8.3)."""

    content: bytes

    @cached_property
    def tag(self) -> str:
        """Return the inner part of a strong ETag."""
        return hashlib.sha256(self.content).hexdigest()[:32]

    @cached_property
    def compressed(self) -> bytes:
        """Return the bytes for clients that take gzip."""
        return gzip.compress(self.content, mtime=0)


@dataclass
class Edition:
    """A document and its renderings: thousands may ask for each, and it is made once."""

    document: StatusDocument
    _bodies: dict[Hashable, Body] = field(default_factory=dict)

    def body(self, kind: Hashable, render: Callable[[], str | bytes]) -> Body:
        """Return the rendering of this kind; two who ask first may both make it, and make the same."""
        body = self._bodies.get(kind)
        if body is None:
            content = render()
            body = Body(content.encode() if isinstance(content, str) else content)
            self._bodies[kind] = body
        return body
