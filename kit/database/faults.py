"""What the database's refusals mean to a caller: a constraint's name says which field is at fault."""

from socket import gaierror

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneInTime

from kit.database.tables import metadata
from kit.errors import Busy, Conflict, Invalid, Problem, Refused, Unavailable

_UNIQUE, _FOREIGN, _CHECK, _NULL, _EXCLUSION = "23505", "23503", "23514", "23502", "23P01"
_NO_TEXT = {"22021", "22P05"}
_RETRY = {"40001", "40P01", "55P03"}
# The connection is gone, the server is going or coming or has no room; what it cannot do now it
# may do in a moment. A standby refuses to write until it is the first. The last two are our own
# limits: a statement, or a transaction, took too long.
_AWAY = ("08", "53", "57P", "58030", "25006", "57014", "25P03")
_COME_BACK = 2


FAULTS = (
    *(DBAPIError, PostgresError, InterfaceError, InternalClientError),
    *(OSError, TimeoutError, NoneInTime),
)
"""What talking to the database may raise, past SQLAlchemy and through it."""


def outage(fault: BaseException) -> Problem | None:
    """What a fault means that is not the call's own: the database is away, or has no room."""
    if isinstance(fault, NoneInTime | TimeoutError):
        return Busy("Too many changes at once; try again in a moment.", retry_after=1)
    origin = _origin(fault)
    gone = isinstance(origin, InterfaceError | InternalClientError | ConnectionError | gaierror)
    state = getattr(origin, "sqlstate", None) or ""
    if gone or getattr(fault, "connection_invalidated", False) or state.startswith(_AWAY):
        return Unavailable("The database does not answer right now.", retry_after=_COME_BACK)
    return None


def as_problem(fault: Exception) -> Exception:
    """The problem that a fault means, or the fault itself when it is a bug."""
    return outage(fault) or _refusal(fault)


def _refusal(fault: Exception) -> Exception:
    """What the database has against what it was told to write."""
    origin = _origin(fault)
    state = getattr(origin, "sqlstate", None)
    constraint = getattr(origin, "constraint_name", None) or ""
    if state in _RETRY:
        return Busy("Somebody else was changing the same record; try again.", retry_after=1)
    if state == _UNIQUE:
        return Conflict(
            "", {_field(constraint): "This value is taken already; choose another one."}
        )
    if state == _FOREIGN:
        return _reference(constraint, str(getattr(origin, "detail", "")))
    if state == _EXCLUSION:
        return Conflict("", {_field(constraint): "This is taken already; choose another one."})
    if state == _CHECK:
        return Invalid("", {_field(constraint): "This value contradicts another one."})
    if state == _NULL:
        return Invalid("", {str(getattr(origin, "column_name", "")): "Fill this in."})
    if state in _NO_TEXT:
        return Invalid("Take out the zero character.")
    return fault


def _origin(fault: BaseException) -> object:
    """What PostgreSQL said, whether or not SQLAlchemy stood between."""
    if isinstance(fault, DBAPIError):
        return getattr(fault.orig, "__cause__", None) or fault.orig
    return fault


def _reference(constraint: str, detail: str) -> Problem:
    if "is still referenced" in detail:
        return Refused("Other records still refer to this one; change or remove them first.")
    return Invalid("", {_field(constraint): "There is no such record."})


def _field(constraint: str) -> str:
    """`uq_account_code` → `code`, `cu_account_code` → `custom.code`; the longest table name wins."""
    sort, _, bare = constraint.partition("_")
    fitting = [name for name in metadata.tables if bare.startswith(f"{name}_")]
    name = bare[len(max(fitting, key=len)) + 1 :] if fitting else bare
    return f"custom.{name}" if sort == "cu" else name
