"""The streams on JetStream: what each keeps, for how long, and whether the server agrees."""

from dataclasses import dataclass
from typing import Self

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from kit.events.subjects import POLICY, POLICY_STREAM, stream_of
from kit.settings import Settings

DUPLICATE_WINDOW = 30 * 60
_DAY = 24 * 60 * 60
_MIB = 1 << 20


class StreamDiffers(RuntimeError):  # noqa: N818 - it says what happened
    """The server keeps a stream otherwise than asked; an old one ignores what it does not know."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How much the streams keep; the operator's to choose."""

    replicas: int = 1
    max_bytes: int = 128 * _MIB
    max_age: float = 30 * _DAY

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.stream_replicas, settings.stream_bytes)


def streams_of(service: str, keeping: Keeping | None = None) -> list[StreamConfig]:
    """List the streams that a service publishes to."""
    keeping = keeping or Keeping()
    name = stream_of(f"crm.{service}.any")
    # Four tokens exactly, and five for policy: no subject may stand in two streams.
    streams = [_stream(name, f"crm.{service}.*.*", keeping)]
    if service == "identity":
        policy = _stream(POLICY_STREAM, f"{POLICY}.*.*", keeping)
        # The last word on each subject, kept for as long as it holds.
        streams.append(policy.evolve(max_msgs_per_subject=1, max_age=0))
    return streams


async def declare(jetstream: JetStreamContext, config: StreamConfig) -> StreamInfo:
    """Make the stream, or bring it to what is asked; every replica may say it again."""
    try:
        found = await jetstream.stream_info(_name(config))
    except NotFoundError:
        found = await jetstream.add_stream(config)
    if _differences(config, found.config):
        found = await jetstream.update_stream(config)
    if wrong := _differences(config, found.config):
        raise StreamDiffers(f"{config.name}: the server keeps another {', '.join(wrong)}.")
    return found


def _stream(name: str, subjects: str, keeping: Keeping) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=[subjects],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        # A full stream refuses, loudly; it never forgets what nobody has handled yet.
        discard=DiscardPolicy.NEW,
        max_bytes=keeping.max_bytes,
        max_age=keeping.max_age,
        duplicate_window=DUPLICATE_WINDOW,
        num_replicas=keeping.replicas,
        max_msgs_per_subject=-1,
        # The relay publishes a large batch as one.
        allow_atomic=True,
    )


_ASKED = (
    *("subjects", "retention", "storage", "discard", "max_bytes", "max_age"),
    *("duplicate_window", "num_replicas", "max_msgs_per_subject", "allow_atomic"),
)


def _differences(asked: StreamConfig, found: StreamConfig) -> list[str]:
    return [name for name in _ASKED if getattr(asked, name) != getattr(found, name)]


def _name(config: StreamConfig) -> str:
    if config.name is None:
        raise StreamDiffers("A stream needs a name.")
    return config.name
