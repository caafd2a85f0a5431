"""Asks again where the system is busy, or a part of it is being started anew."""

import threading

import httpx

from cli.failure import CommandFailed

_LATER = {429, 502, 503, 504}
_ATTEMPTS = 30
_PAUSE = 1.0


class Interrupted(CommandFailed):
    """The system is being stopped; what is missing comes with the next start."""


class RetryingTransport(httpx.BaseTransport):
    """The way to the system, which waits, unless the system is being stopped."""

    def __init__(self, stopping: threading.Event) -> None:
        self._way = httpx.HTTPTransport()
        self._stopping = stopping

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(_ATTEMPTS):
            self.wait(0)
            try:
                response = self._way.handle_request(request)
            except httpx.TransportError:
                self.wait(_PAUSE)
                continue
            if response.status_code not in _LATER:
                return response
            response.close()
            self.wait(float(response.headers.get("Retry-After", _PAUSE)))
        raise CommandFailed(f"{request.method} {request.url.path} found nobody who answers.")

    def wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Interrupted("The system was stopped before the company was complete.")

    def close(self) -> None:
        self._way.close()
