"""Errors of the database, and the one place where the drivers' exceptions become them."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy import exc

from bastide.kit.errors import BastideError, ConflictError, UnavailableError


class DatabaseUnavailableError(UnavailableError):
    """The database cannot be reached, opened or written (connection lost, disk full, file not readable)."""

    code = "database.unavailable"


class DatabaseBusyError(UnavailableError):
    """Another writer held a lock for too long, or two transactions collided. Trying again helps."""

    code = "database.busy"


class IntegrityError(ConflictError):
    """A row breaks a constraint: a missing value, a check."""

    code = "database.integrity"


class DuplicateError(IntegrityError):
    """A row with this key is there already."""

    code = "database.duplicate"


class BrokenReferenceError(IntegrityError):
    """A foreign key names a row that is not there, or that still has others hanging on it."""

    code = "database.broken_reference"


class ReadOnlyError(BastideError):
    """Something tried to write in `reading()`: a mistake in the program."""

    code = "database.read_only"


class SchemaTooNewError(ConflictError):
    """A newer version of the program has migrated this database; this version must not touch it."""

    code = "database.schema_too_new"


_Fault: TypeAlias = tuple[type[BastideError], str]

_BUSY: _Fault = (DatabaseBusyError, "The database is busy; try again.")
_DUPLICATE: _Fault = (DuplicateError, "A row with this key exists already.")
_REFERENCE: _Fault = (BrokenReferenceError, "A row refers to one that does not exist.")
_INTEGRITY: _Fault = (IntegrityError, "A row breaks a constraint.")
_READ_ONLY: _Fault = (ReadOnlyError, "This transaction may only read.")
_UNAVAILABLE: _Fault = (DatabaseUnavailableError, "The database does not answer.")

# https://www.postgresql.org/docs/current/errcodes-appendix.html; a class is its first two characters.
_SQLSTATE: dict[str, _Fault] = {
    "23505": _DUPLICATE,
    "23503": _REFERENCE,
    "23": _INTEGRITY,
    "25006": _READ_ONLY,
    "40": _BUSY,  # serialisation failure, deadlock
    "55P03": _BUSY,  # lock_timeout
    "57014": _BUSY,  # statement_timeout
    "08": _UNAVAILABLE,
    "53": _UNAVAILABLE,  # out of disk, memory, connections
    "57P": _UNAVAILABLE,  # the server shuts down or starts
    "58": _UNAVAILABLE,  # system error
}

# https://www.sqlite.org/rescode.html; an extended code's low byte is its primary code.
_SQLITE: dict[int, _Fault] = {
    1555: _DUPLICATE,  # SQLITE_CONSTRAINT_PRIMARYKEY
    2067: _DUPLICATE,  # SQLITE_CONSTRAINT_UNIQUE
    2579: _DUPLICATE,  # SQLITE_CONSTRAINT_ROWID
    787: _REFERENCE,  # SQLITE_CONSTRAINT_FOREIGNKEY
    1811: _REFERENCE,  # SQLITE_CONSTRAINT_TRIGGER: ON DELETE RESTRICT
    19: _INTEGRITY,
    8: _READ_ONLY,
    5: _BUSY,
    6: _BUSY,
    7: _UNAVAILABLE,  # no memory
    10: _UNAVAILABLE,  # I/O error
    13: _UNAVAILABLE,  # disk full
    14: _UNAVAILABLE,  # cannot open
}


@contextmanager
def translated() -> Generator[None]:
    """Turn SQLAlchemy's and the drivers' exceptions into the errors above.

    `transaction()` and `reading()` do this for everything that leaves them. What remains (wrong SQL) is a
    mistake in the program and passes unchanged.
    """
    try:
        yield
    except exc.TimeoutError as error:  # the pool has no free connection
        raise DatabaseBusyError("All connections to the database are in use; try again.") from error
    except exc.DBAPIError as error:
        fault = _classify(error)
        if fault is None:
            raise
        kind, message = fault
        raise kind(message) from error


def _classify(error: exc.DBAPIError) -> _Fault | None:
    vendor: object = error.orig
    sqlstate: object = getattr(vendor, "sqlstate", None)
    if isinstance(sqlstate, str):
        return next((_SQLSTATE[sqlstate[:n]] for n in (5, 3, 2) if sqlstate[:n] in _SQLSTATE), None)
    code: object = getattr(vendor, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
    if error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError):
        return _UNAVAILABLE
    return None
