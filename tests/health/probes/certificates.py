"""An authority that only tests trust, and the certificates that it signs."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; `pem` is what has to be trusted."""

    directory: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> Path:
        """The file with the certificate of the authority."""
        return self.directory / "authority.pem"

    def server(
        self, *, host: str = "localhost", days: float = 90, began_days_ago: float = 30
    ) -> ssl.SSLContext:
        """Return what a TLS server needs, with a certificate that ends in so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [x509.DNSName(host)]
            + ([x509.IPAddress(ip_address("127.0.0.1"))] if host == "localhost" else [])
        )
        certificate = (
            _builder(host, key.public_key(), began_days_ago, days)
            .issuer_name(self.certificate.subject)
            .add_extension(names, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.directory / f"{host}-{certificate.serial_number}.pem"
        path.write_bytes(_private(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def authority(directory: Path) -> Authority:
    """Return a new authority that keeps its files in the directory."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("authority of tests", key.public_key(), 365, 365)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        builder.issuer_name(_name("authority of tests"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Authority(directory, key, certificate)
    made.pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return made


def _builder(
    name: str, key: ec.EllipticCurvePublicKey, began_days_ago: float, days: float
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=began_days_ago))
        .not_valid_after(now + timedelta(days=days))
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
