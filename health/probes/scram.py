"""SCRAM, the way to show that one knows a password without saying it. Source: RFC 5802, RFC 7677; pure."""

import base64
import binascii
import hashlib
import hmac
import unicodedata
from functools import lru_cache

from health.probes.errors import BadAnswerError, RefusedCredentialsError

# More would let a server keep our processor busy for as long as it likes.
MAX_ITERATIONS = 100_000
_MIN_ITERATIONS = 1
_NO_CHANNEL_BINDING = "biws"  # "n,," in Base64


class ScramClient:
    """One exchange of the client's side: `first`, `final` for the server's first, `verify` for its final message."""

    def __init__(self, user: str, password: str, *, nonce: str, algorithm: str = "sha256") -> None:
        self._password = _prepared(password)
        self._algorithm = algorithm
        self._nonce = nonce
        name = _prepared(user).replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={name},r={nonce}"
        self._signature = b""

    @property
    def first(self) -> bytes:
        """The client's first message."""
        return f"n,,{self._bare}".encode()

    def final(self, server_first: bytes) -> bytes:
        """Return the client's final message, with the proof.

        Raises BadAnswerError if the server does not go on with our nonce, or asks for more work than is decent.
        """
        said = _attributes(server_first)
        try:
            nonce, salt = said["r"], base64.b64decode(said["s"], validate=True)
            iterations = int(said["i"])
        except (KeyError, ValueError, binascii.Error):
            raise BadAnswerError("SCRAM") from None
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise BadAnswerError("SCRAM")
        if not _MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
            raise BadAnswerError("SCRAM")
        without_proof = f"c={_NO_CHANNEL_BINDING},r={nonce}"
        message = f"{self._bare},{server_first.decode()},{without_proof}".encode()
        proof = self._proof(_salted(self._algorithm, self._password, salt, iterations), message)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def verify(self, server_final: bytes) -> None:
        """Check that the server knows the password too.

        Raises RefusedCredentialsError if it says that ours is wrong, BadAnswerError if its own proof is.
        """
        said = _attributes(server_final)
        if "e" in said:
            raise RefusedCredentialsError
        if not hmac.compare_digest(said.get("v", ""), base64.b64encode(self._signature).decode()):
            raise BadAnswerError("SCRAM")

    def _proof(self, salted: bytes, message: bytes) -> bytes:
        client_key = self._hmac(salted, b"Client Key")
        stored_key = hashlib.new(self._algorithm, client_key).digest()
        self._signature = self._hmac(self._hmac(salted, b"Server Key"), message)
        signature = self._hmac(stored_key, message)
        return bytes(a ^ b for a, b in zip(client_key, signature, strict=True))

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._algorithm)


@lru_cache(maxsize=256)
def _salted(algorithm: str, password: str, salt: bytes, iterations: int) -> bytes:
    """Return the salted password; the same one for every probe of a server, and the costly part."""
    return hashlib.pbkdf2_hmac(algorithm, password.encode(), salt, iterations)


def _prepared(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _attributes(message: bytes) -> dict[str, str]:
    parts = message.decode("ascii", errors="strict").split(",")
    return {part[0]: part[2:] for part in parts if part[1:2] == "="}
