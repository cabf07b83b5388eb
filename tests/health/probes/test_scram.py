"""SCRAM by the examples of the RFCs, and against servers that cheat."""

import pytest

from health.probes.errors import BadAnswerError, RefusedCredentialsError
from health.probes.scram import MAX_ITERATIONS, ScramClient
from tests.health.probes.scram_server import ScramServer

# The example of RFC 7677, section 3.
NONCE = "rOprNGfwEbeRWgbNEkqO"
SERVER_NONCE = NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SERVER_FIRST = f"r={SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".encode()
PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def client() -> ScramClient:
    return ScramClient("user", "pencil", nonce=NONCE)


def test_the_example_of_the_rfc_comes_out() -> None:
    scram = client()

    assert scram.first == f"n,,n=user,r={NONCE}".encode()
    assert scram.final(SERVER_FIRST) == f"c=biws,r={SERVER_NONCE},p={PROOF}".encode()
    scram.verify(SERVER_FINAL)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("password", ["pencil", "p,=n", "Zoë", "\u2168"])
def test_client_and_server_convince_each_other(algorithm: str, password: str) -> None:
    scram = ScramClient("a,b=c", password, nonce="abc", algorithm=algorithm)
    server = ScramServer("IX" if password == "\u2168" else password, algorithm=algorithm)

    proof = scram.final(server.first(scram.first))

    scram.verify(server.final(proof))


def test_commas_of_a_user_name_are_written_out() -> None:
    assert ScramClient("a,b=c", "x", nonce="n").first == b"n,,n=a=2Cb=3Dc,r=n"


def test_a_wrong_password_is_refused_by_the_server() -> None:
    scram = ScramClient("user", "wrong", nonce="abc")
    server = ScramServer("right")

    said = server.final(scram.final(server.first(scram.first)))

    with pytest.raises(RefusedCredentialsError):
        scram.verify(said)


def test_a_server_that_does_not_know_the_password_is_found_out() -> None:
    scram = client()
    scram.final(SERVER_FIRST)

    for said in (b"v=AAAA", b"v=", b"", b"x"):
        with pytest.raises(BadAnswerError):
            scram.verify(said)


@pytest.mark.parametrize(
    "server_first",
    [
        b"",
        b"r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        f"r={NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".encode(),
        f"r={SERVER_NONCE},s=***,i=4096".encode(),
        f"r={SERVER_NONCE},s=AAAA,i=0".encode(),
        f"r={SERVER_NONCE},s=AAAA,i=-1".encode(),
        f"r={SERVER_NONCE},s=AAAA,i=many".encode(),
        f"r={SERVER_NONCE},s=AAAA,i={MAX_ITERATIONS + 1}".encode(),
        f"r={SERVER_NONCE},s=AAAA".encode(),
    ],
)
def test_a_first_message_that_cannot_be_is_refused(server_first: bytes) -> None:
    with pytest.raises(BadAnswerError):
        client().final(server_first)


@pytest.mark.parametrize("iterations", [1, MAX_ITERATIONS])
def test_the_least_and_the_most_work_is_done(iterations: int) -> None:
    assert client().final(f"r={SERVER_NONCE},s=AAAA,i={iterations}".encode())
