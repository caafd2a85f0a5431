"""Key pairs for the processes of a test."""

from pathlib import Path

from joserfc.jwk import ECKey

PROCESSES = (
    "identity", "parties", "sales", "campaigns", "helpdesk", "scheduling", "chat", "gateway",
)  # fmt: skip


def write_keys(folder: Path) -> dict[str, str]:
    """One ES256 pair for each process: private keys by name, public ones as files."""
    private: dict[str, str] = {}
    for name in PROCESSES:
        key = ECKey.generate_key("P-256")
        private[name] = key.as_pem(private=True).decode()
        (folder / f"{name}.pem").write_bytes(key.as_pem(private=False))
    return private
