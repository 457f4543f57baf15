"""DBOS's messages go where all others go, if they say something that an operator can use."""

import logging

_EXPECTED = (
    # A run ended early: its workflow was cancelled or taken over, or this process stops.
    "Asyncio task cancelled for workflow or step",
    "Exception encountered in asynchronous workflow",
    "Workflow ",
)


def quieten() -> None:
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else DBOS adds one that writes by itself
    logger.setLevel(logging.WARNING)
    logger.addFilter(_worth_saying)


def _worth_saying(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_EXPECTED)
