from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bastide.platform.database.port import Database
from tests.fakes.service import Service, opened


@pytest.fixture
async def service(database: Database, home: Path) -> AsyncIterator[Service]:
    async with opened(database, home) as service:
        yield service
