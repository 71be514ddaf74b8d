"""A server with a certificate that nobody knows is not spoken to; one that SSL_CERT_FILE names is (LA27)."""

import asyncio
import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from llm_server import GOOD, SCHEMA, chat, serve

from reviewer.errors import SettingsError, UnreachableError
from reviewer.llm import ModelSettings, Prompt, Reply, connect

PROMPT = Prompt(id="t.v1", system="Answer.", user="What does the text say?")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for this machine, signed by nobody but itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "models of ours")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_server_without_certificates_is_told() -> None:
    async def ask(url: str) -> Reply:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return await model.ask(PROMPT, SCHEMA)

    with serve([chat()]) as provider, pytest.raises(UnreachableError, match=r"does not speak HTTPS.*with http://"):
        asyncio.run(ask(provider.url.replace("http", "https", 1)))
    assert provider.calls == 0


def test_certificates(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def ask(url: str) -> Reply:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            return await model.ask(PROMPT, SCHEMA)

    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with serve([chat()], tls=context) as provider:
        host = provider.url.split("/")[2]
        with pytest.raises(UnreachableError, match=rf"cannot trust {host}: .*certificate.*SSL_CERT_FILE"):
            asyncio.run(ask(provider.url))
        assert provider.calls == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert dict(asyncio.run(ask(provider.url)).data) == GOOD
        assert provider.calls == 1
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("none.pem")))
        with pytest.raises(SettingsError, match=r"SSL_CERT_FILE .*none\.pem: cannot be used"):
            asyncio.run(ask(provider.url))
