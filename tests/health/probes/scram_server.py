"""The server's side of SCRAM, as far as tests need it. Source: RFC 5802."""

import base64
import hashlib
import hmac

SALT = b"salt of the test"
ITERATIONS = 4_096


class ScramServer:
    """One login of the one user it knows."""

    def __init__(self, password: str, *, algorithm: str = "sha256") -> None:
        self._password = password
        self._algorithm = algorithm
        self._messages: list[str] = []

    def first(self, client_first: bytes) -> bytes:
        """Return nonce, salt and iterations."""
        bare = client_first.decode().removeprefix("n,,")
        nonce = bare.partition("r=")[2]
        said = f"r={nonce}more,s={base64.b64encode(SALT).decode()},i={ITERATIONS}"
        self._messages = [bare, said]
        return said.encode()

    def final(self, client_final: bytes) -> bytes:
        """Return the server's proof, or why there is none."""
        without_proof, _, proof = client_final.decode().rpartition(",p=")
        message = ",".join([*self._messages, without_proof]).encode()
        salted = hashlib.pbkdf2_hmac(self._algorithm, self._password.encode(), SALT, ITERATIONS)
        client_key = self._hmac(salted, b"Client Key")
        stored = hashlib.new(self._algorithm, client_key).digest()
        signature = self._hmac(stored, message)
        expected = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        if base64.b64decode(proof) != expected:
            return b"e=invalid-proof"
        return b"v=" + base64.b64encode(self._hmac(self._hmac(salted, b"Server Key"), message))

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._algorithm)
