"""What a process reads from its environment, once, at its start.

Every setting may also come from a file: `DATABASE_URL_FILE=/run/secrets/url` is read and trimmed.
An unknown `RAPPORT_…` variable stops the start, so that a misspelt one is not silently ignored.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

PREFIX = "RAPPORT_"
_FOREIGN = frozenset({"RAPPORT_HOME"})
FILE_BYTES = 100 * 1024 * 1024
"""The largest file where nothing else is set; services and gateway go by the same."""


class Misconfigured(SystemExit):
    """The environment makes no sense; the message says which variable and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class Tls(StrEnum):
    """How a connection to the mail server is kept from being read."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def setting(variable: str, doc: str, default: Any = MISSING) -> Any:
    """Declares one setting: its variable, what it means, and what holds when it is absent."""
    return field(default=default, metadata={"variable": variable, "doc": doc})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every process needs."""

    listen: str = setting("RAPPORT_LISTEN", "Address to serve on, host:port.", "127.0.0.1:50051")
    ops_listen: str = setting(
        "RAPPORT_OPS_LISTEN",
        "Address of /metrics, /livez and /readyz, host:port.",
        "127.0.0.1:9090",
    )
    nats_url: str = setting("NATS_URL", "Where NATS is.", "nats://127.0.0.1:4222")
    peers: str = setting(
        "RAPPORT_PEERS",
        "Addresses of other processes, `identity=127.0.0.1:7001,…`; others are `dns:///<name>:50051`.",
        "",
    )
    context_key: str = setting(
        "RAPPORT_CONTEXT_KEY",
        "Private ES256 key (PEM) with which this process signs context tokens.",
    )
    context_keys: str = setting(
        "RAPPORT_CONTEXT_KEYS", "Folder with the public key `<process>.pem` of every process."
    )
    log_level: str = setting("RAPPORT_LOG_LEVEL", "debug, info, warning or error.", "info")
    trace_ratio: float = setting("RAPPORT_TRACE_RATIO", "Share of requests to trace, 0 to 1.", 0.1)
    otlp_endpoint: str = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Where traces are sent over OTLP/HTTP; nowhere when empty.",
        "",
    )
    stream_replicas: int = setting(
        "RAPPORT_STREAM_REPLICAS", "Copies of each JetStream stream; 3 on a cluster.", 1
    )
    stream_bytes: int = setting(
        "RAPPORT_STREAM_BYTES",
        "Most that each of the eight JetStream streams may hold; NATS reserves it.",
        128 * 1024 * 1024,
    )
    commit: str = setting("RAPPORT_COMMIT", "The source revision, for crm_build_info.", "")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Reads the environment, or stops with one sentence."""
        given = os.environ if environment is None else environment
        known = {each.metadata["variable"] for each in fields(cls)}
        for variable in given:
            if (
                variable.startswith(PREFIX)
                and variable.removesuffix("_FILE") not in known | _FOREIGN
            ):
                raise Misconfigured(
                    f"{variable} is no setting of this process; see docs/settings.md."
                )
        return cls(**{each.name: _read(each, given) for each in fields(cls)})

    def addresses(self) -> dict[str, str]:
        """The other processes' addresses by name."""
        pairs = (pair.partition("=") for pair in self.peers.split(",") if pair)
        return {name.strip(): address.strip() for name, _, address in pairs}


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(Settings):
    """What every service needs beside."""

    database_url: str = setting("DATABASE_URL", "This service's own PostgreSQL database.")
    pool_size: int = setting(
        "RAPPORT_POOL_SIZE", "Connections for reading, and as many again for writing.", 8
    )
    statement_seconds: int = setting(
        "RAPPORT_STATEMENT_SECONDS", "Seconds after which PostgreSQL gives a statement up.", 30
    )
    idle_transaction_seconds: int = setting(
        "RAPPORT_IDLE_TRANSACTION_SECONDS",
        "Seconds without a statement after which PostgreSQL ends a transaction.",
        60,
    )
    answers_days: int = setting(
        "RAPPORT_ANSWERS_DAYS",
        "Days for which a call made again under its Idempotency-Key gets its first answer.",
        7,
    )
    bin_days: int = setting(
        "RAPPORT_BIN_DAYS",
        "Days for which a deleted record may be restored; then it is erased for good.",
        30,
    )
    files: str = setting(
        "RAPPORT_FILES",
        "Where the bytes of files lie: a folder, or `s3://bucket/folder`; the same for every replica.",
        ".rapport/files",
    )
    file_bytes: int = setting(
        "RAPPORT_FILE_BYTES", "Largest file that is put on a record, in bytes.", FILE_BYTES
    )
    s3_endpoint: str = setting(
        "AWS_ENDPOINT_URL_S3", "Address of the S3; that of Amazon's region when empty.", ""
    )
    s3_region: str = setting("AWS_REGION", "Region of the S3's bucket.", "us-east-1")
    s3_key_id: str = setting(
        "AWS_ACCESS_KEY_ID", "Who we are to the S3; the machine's own role when empty.", ""
    )
    s3_secret: str = setting("AWS_SECRET_ACCESS_KEY", "Our secret with the S3.", "")
    smtp_host: str = setting(
        "RAPPORT_SMTP_HOST", "The mail server, host:port; without one no letters are written.", ""
    )
    smtp_tls: Tls = setting(  # noqa: RUF009 - as of the others, whose types ruff knows
        "RAPPORT_SMTP_TLS",
        "How the way to the mail server is encrypted: starttls, tls (from the first byte) or none.",
        Tls.STARTTLS,
    )
    smtp_user: str = setting("RAPPORT_SMTP_USER", "The user on the mail server.", "")
    smtp_password: str = setting("RAPPORT_SMTP_PASSWORD", "That user's password.", "")
    mail_from: str = setting(
        "RAPPORT_MAIL_FROM",
        "From whom letters come, `Rapport <crm@example.com>`.",
        "Rapport <rapport@localhost>",
    )


def _read(each: Field[Any], given: Mapping[str, str]) -> Any:
    variable = each.metadata["variable"]
    text = given.get(variable)
    if f"{variable}_FILE" in given:
        text = _contents(variable, given[f"{variable}_FILE"])
    if text is None:
        if each.default is MISSING:
            raise Misconfigured(f"Set {variable} (or {variable}_FILE): {each.metadata['doc']}")
        return each.default
    try:
        return each.type(text) if callable(each.type) else text
    except ValueError as wrong:
        raise Misconfigured(f"{variable}={text!r} is wrong: {each.metadata['doc']}") from wrong


def one(variable: str, given: Mapping[str, str]) -> str:
    """One setting by itself, for a program that needs no other."""
    if f"{variable}_FILE" in given:
        return _contents(variable, given[f"{variable}_FILE"])
    if variable not in given:
        raise Misconfigured(f"Set {variable} or {variable}_FILE.")
    return given[variable]


def require_safe_address(variable: str, url: str) -> None:
    """Off this machine, people and programs come by HTTPS: what they send opens everything."""
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_here(parts.hostname or ""):
        raise Misconfigured(
            f"{variable}={url!r} sends passwords and sessions in the clear: use https://. "
            f"Only this machine may be called by http://, e.g. http://localhost:8000."
        )


def is_here(host: str) -> bool:
    """Whether a host is this machine, so that nobody reads what is sent there."""
    name = host.strip("[]").rstrip(".")
    return name in {"localhost", "::1"} or name.endswith(".localhost") or name.startswith("127.")


def without_password(url: str) -> str:
    """Host and port of a store's address, which may be told to anybody."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _contents(variable: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as wrong:
        raise Misconfigured(
            f"{variable}_FILE: {path} cannot be read ({wrong.strerror})."
        ) from wrong
