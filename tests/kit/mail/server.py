"""A real SMTP server (aiosmtpd) that keeps what it takes, and refuses what a test tells it to."""

import datetime as dt
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.components.ports import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "rapport", "secret of the server"


class Server:
    """The server, and what it was given."""

    def __init__(self, **secured: Any) -> None:
        self.taken: list[EmailMessage] = []
        self.refusal = ""
        self.sessions: set[int] = set()
        self._port, self._secured = free_port(), secured

    @property
    def address(self) -> str:
        return f"{HOST}:{self._port}"

    def start(self) -> None:
        """Once more, if need be: whoever comes back is found where he was."""
        self._controller = Controller(self, hostname=HOST, port=self._port, **self._secured)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refusal or address.startswith("nobody@"):
            return self.refusal or "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        read = message_from_bytes(envelope.content, policy=default)
        self.taken.append(cast("EmailMessage", read))
        self.sessions.add(id(session))
        return "250 OK"


def signed_in(folder: Path) -> dict[str, Any]:
    """How a server is made that speaks only after STARTTLS, and only to whom it knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    return {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": _known,
    }


def _known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that speaks for this machine, and its key; whoever trusts it names its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    spoken_for = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(spoken_for, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret
