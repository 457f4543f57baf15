import sqlite3

import psycopg
import pytest
from sqlalchemy import exc

from bastide.kit.errors import BastideError
from bastide.platform.database.errors import (
    BrokenReferenceError,
    DatabaseBusyError,
    DatabaseUnavailableError,
    DuplicateError,
    IntegrityError,
    ReadOnlyError,
    translated,
)


def sqlite_error(code: int) -> Exception:
    error = sqlite3.OperationalError("fault")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("vendor", "named"),
    [
        (psycopg.errors.UniqueViolation(), DuplicateError),
        (psycopg.errors.ForeignKeyViolation(), BrokenReferenceError),
        (psycopg.errors.CheckViolation(), IntegrityError),
        (psycopg.errors.ReadOnlySqlTransaction(), ReadOnlyError),
        (psycopg.errors.SerializationFailure(), DatabaseBusyError),
        (psycopg.errors.DeadlockDetected(), DatabaseBusyError),
        (psycopg.errors.LockNotAvailable(), DatabaseBusyError),
        (psycopg.errors.TooManyConnections(), DatabaseUnavailableError),
        (psycopg.errors.DiskFull(), DatabaseUnavailableError),
        (psycopg.errors.AdminShutdown(), DatabaseUnavailableError),
        (psycopg.OperationalError("connection refused"), DatabaseUnavailableError),
        (sqlite_error(2067), DuplicateError),
        (sqlite_error(1555), DuplicateError),
        (sqlite_error(787), BrokenReferenceError),
        (sqlite_error(275), IntegrityError),
        (sqlite_error(8), ReadOnlyError),
        (sqlite_error(5), DatabaseBusyError),
        (sqlite_error(517), DatabaseBusyError),
        (sqlite_error(13), DatabaseUnavailableError),
        (sqlite_error(1546), DatabaseUnavailableError),
    ],
)
def test_a_vendors_error_gets_a_name(vendor: Exception, named: type[BastideError]) -> None:
    wrapped = exc.OperationalError if isinstance(vendor, psycopg.OperationalError) else exc.DBAPIError
    with pytest.raises(BastideError) as raised, translated():
        raise wrapped("SELECT 1", {}, vendor)
    assert type(raised.value) is named


def test_wrong_sql_passes_unchanged() -> None:
    for vendor in (psycopg.errors.SyntaxError(), sqlite_error(1)):
        with pytest.raises(exc.ProgrammingError), translated():
            raise exc.ProgrammingError("SELEKT", {}, vendor)


def test_a_full_pool_is_busy() -> None:
    with pytest.raises(DatabaseBusyError), translated():
        raise exc.TimeoutError
