"""The ES256 key pair of each process, by which the others know who signed a context token."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cli.components.component import private_write


class KeyRing:
    """The private key of each process, and one folder with the public keys of all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = folder / "public"

    def private(self, process: str) -> Path:
        return self.folder / f"{process}.pem"

    def ensure(self, process: str) -> None:
        """Make the pair when it is missing; a pair that exists is never replaced."""
        self.public.mkdir(exist_ok=True)
        if not self.private(process).exists():
            self._create_private(process)
        public = self.public / f"{process}.pem"
        if not public.exists():
            public.write_bytes(self._public_pem(process))

    def _create_private(self, process: str) -> None:
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        private_write(self.private(process), pem)

    def _public_pem(self, process: str) -> bytes:
        key = serialization.load_pem_private_key(self.private(process).read_bytes(), None)
        return key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
