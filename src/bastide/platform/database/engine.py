"""Opens the database that a URL names."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bastide.kit.errors import InvalidError
from bastide.platform.database.hooks import after_commit
from bastide.platform.database.port import Database
from bastide.platform.database.postgresql import open_postgresql
from bastide.platform.database.sqlite import open_sqlite

__all__ = ["DatabaseUrlError", "after_commit", "open_database"]


class DatabaseUrlError(InvalidError):
    """The URL is not one of a database that Bastide can use."""

    code = "database.url"


def open_database(database_url: str) -> Database:
    """Open `sqlite:///path/to/file` or `postgresql://user:password@host/name`.

    Connects when first used; `upgrade` (migrate.py) makes the tables.

    Raises:
        DatabaseUrlError: another scheme, or an SQLite URL without a file.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise DatabaseUrlError("The database URL cannot be read.") from error
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database not in (None, "", ":memory:"):
        return open_sqlite(url)
    if backend == "postgresql":
        return open_postgresql(url)
    raise DatabaseUrlError(
        "The database URL must be sqlite:///path/to/file or postgresql://user:password@host/name.",
        scheme=url.drivername,
    )
