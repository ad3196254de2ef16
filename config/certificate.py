"""The server's own TLS certificate: self-signed, kept with the keys, renewed before it ends."""

import ipaddress
import logging
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

logger = logging.getLogger(__name__)
VALID = timedelta(days=825)
RENEWED_BEFORE = timedelta(days=30)


def own_certificate(host: str, *, now: datetime) -> tuple[Path, Path]:
    """Return the files of the certificate and its key; made, or made again, when needed.

    host: the address or name it must be good for, beside the machine's own names.
    """
    folder = Path(settings.KEYS_DIR)
    certificate, key = folder / "tls.crt", folder / "tls.key"
    names = [*dict.fromkeys([*settings.ALLOWED_HOSTS, host, socket.gethostname()])]
    if not (key.exists() and certificate.exists() and is_good(certificate, names, now)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(certificate, key, names, now)
    print_of = load(certificate).fingerprint(hashes.SHA256()).hex(":").upper()
    logger.info("TLS certificate of our own, SHA-256 %s", print_of)
    return certificate, key


def load(path: Path) -> x509.Certificate:
    """Return the certificate of a file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def is_good(path: Path, names: list[str], now: datetime) -> bool:
    """Return whether the certificate is good for a while yet, and for all the names."""
    one = load(path)
    held = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = one.not_valid_after_utc - RENEWED_BEFORE > now
    return lasts and {general(name) for name in names} <= set(held)


def write_new(certificate: Path, key: Path, names: list[str], now: datetime) -> None:
    """Write a new key and a certificate for the names."""
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vigie")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks of old PCs run late
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([general(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(secret, hashes.SHA256())
    )
    write_private(
        key,
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    write_private(certificate, signed.public_bytes(serialization.Encoding.PEM))


def general(name: str) -> x509.GeneralName:
    """Return a name as certificates hold it: an IP address apart from a host name."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft.replace(path)
