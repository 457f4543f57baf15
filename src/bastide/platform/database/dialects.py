"""What SQLite and PostgreSQL say differently. SQLAlchemy's half for one is loaded by who uses that one."""

from importlib import import_module
from typing import Any


def dialect_module(name: str) -> Any:
    """`sqlalchemy.dialects.sqlite` or `sqlalchemy.dialects.postgresql`, by `Database.dialect`.

    By name: PostgreSQL's takes 30 ms and 4 MB that an installation on SQLite has no use for.
    """
    return import_module(f"sqlalchemy.dialects.{name}")


def insert_into(name: str, table: Any) -> Any:
    """An INSERT that can say what happens on a conflict; both have it, each in a class of its own."""
    return dialect_module(name).insert(table)
