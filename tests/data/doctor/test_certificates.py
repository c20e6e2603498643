"""`medtui doctor` and certificates: those that are not trusted, and those that expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest

from tests.data.doctor.conftest import failures
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack


def made(folder: Path, days: int) -> tuple[Path, SSLContext]:
    """A certificate for this machine that is good for so many days, and a server's use of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "medtui tests")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    built = built.public_key(key.public_key()).serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=30))
    built = built.not_valid_after(now + timedelta(days=days))
    built = built.add_extension(address, critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = built.sign(key, SHA256())
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


@pytest.mark.detail
async def test_a_certificate_that_is_not_trusted(
    stack: Stack, look: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = made(tmp_path, days=400)
    async with proxied(stack.url, tls=context) as proxy:
        found = await look(url=proxy.url)
        assert failures(found) == ["encryption"]
        assert "not trusted: self" in found["encryption"].what
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        found = await look(url=proxy.url)
        assert failures(found) == []
        assert found["live feed"].state == found["encryption"].state == "ok"


@pytest.mark.parametrize(("days", "state"), [(-1, "failed"), (5, "note")])
async def test_a_certificate_that_has_expired_or_soon_will(
    stack: Stack,
    look: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    state: str,
) -> None:
    file, context = made(tmp_path, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with proxied(stack.url, tls=context) as proxy:
        found = await look(url=proxy.url)
    assert found["encryption"].state == state
    assert failures(found) == (["encryption"] if days < 0 else [])
