"""Errors over the wire: the same class is raised on the other side."""

from typing import Any

import grpc
from crm.v1 import problem_pb2

from kit.errors import KINDS, Problem, Unavailable
from kit.rpc.call import PROBLEM
from kit.telemetry.logs import log

_CODES = {
    "NotFound": grpc.StatusCode.NOT_FOUND,
    "Moved": grpc.StatusCode.NOT_FOUND,
    "Invalid": grpc.StatusCode.INVALID_ARGUMENT,
    "Conflict": grpc.StatusCode.ABORTED,
    "Duplicate": grpc.StatusCode.ALREADY_EXISTS,
    "Refused": grpc.StatusCode.FAILED_PRECONDITION,
    "Denied": grpc.StatusCode.PERMISSION_DENIED,
    "Anonymous": grpc.StatusCode.UNAUTHENTICATED,
    "Busy": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "Unavailable": grpc.StatusCode.UNAVAILABLE,
}
_GONE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


def code_of(problem: Problem) -> grpc.StatusCode:
    """The status under which a problem travels."""
    return _CODES.get(type(problem).__name__, grpc.StatusCode.INTERNAL)


def packed(problem: Problem) -> tuple[tuple[str, bytes], ...]:
    """The trailer that carries a problem."""
    message = problem_pb2.Problem(
        kind=type(problem).__name__, message=problem.message, fields=problem.fields
    )
    if problem.current is not None:
        message.current = problem.current
    if problem.candidates is not None:
        message.candidates = problem.candidates
    if problem.retry_after is not None:
        message.retry_after = problem.retry_after
    if problem.moved_from is not None and problem.moved_to is not None:
        message.moved_from, message.moved_to = problem.moved_from, problem.moved_to
    return ((PROBLEM, message.SerializeToString()),)


def unpacked(error: grpc.aio.AioRpcError, service: str) -> Problem:
    """The problem that the other side raised, or what its silence means."""
    for name, value in error.trailing_metadata() or ():
        if name == PROBLEM and isinstance(value, bytes):
            return _problem(problem_pb2.Problem.FromString(value))
    if error.code() in _GONE:
        log.warning("peer.silent", peer=service, status=error.code().name, details=error.details())
        name = service.capitalize()
        return Unavailable(f"{name} does not answer right now; try again in a moment.")
    return Problem(error.details() or "")


def _problem(message: Any) -> Problem:
    return KINDS.get(message.kind, Problem)(
        message.message,
        dict(message.fields),
        current=message.current if message.HasField("current") else None,
        candidates=message.candidates if message.HasField("candidates") else None,
        retry_after=message.retry_after if message.HasField("retry_after") else None,
        moved_from=message.moved_from if message.HasField("moved_from") else None,
        moved_to=message.moved_to if message.HasField("moved_to") else None,
    )
