"""Which loopback ports are ours: free ones, below the range the kernel hands out by itself."""

import errno
import secrets
import socket
from collections.abc import Container

LOOPBACK = "127.0.0.1"
# Ports from 32768 up are borrowed by outgoing connections, so a server may find its own one taken.
LOWEST, HIGHEST = 15000, 32767
ATTEMPTS = 1000


class NoFreePort(Exception):  # noqa: N818 - it says what happened
    """Nothing between the lowest and the highest port can be listened on."""


def is_free(port: int) -> bool:
    return _can_bind(socket.AF_INET, LOOPBACK, port) and _can_bind(socket.AF_INET6, "::1", port)


def free_port(remembered: int | None = None, taken: Container[int] = ()) -> int:
    if remembered is not None and remembered not in taken and is_free(remembered):
        return remembered
    for _ in range(ATTEMPTS):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if port not in taken and is_free(port):
            return port
    raise NoFreePort(f"No port between {LOWEST} and {HIGHEST} is free: end a program that listens.")


def _can_bind(family: socket.AddressFamily, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A connection of the previous run that is still closing must not look like a listener.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as refused:
        # A machine without IPv6 cannot have a listener on it either.
        return refused.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
    return True
