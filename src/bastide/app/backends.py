"""Opens the adapter that each URL of the settings names."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

from prometheus_client import CollectorRegistry

from bastide.app.settings import Settings
from bastide.kit.clock import Clock
from bastide.platform.bus.memory import MemoryBus
from bastide.platform.bus.port import Bus
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.cache.port import Cache
from bastide.platform.database.engine import open_database
from bastide.platform.database.port import Database
from bastide.platform.database.schema import upgrade
from bastide.platform.mail.none import NoMailer
from bastide.platform.mail.port import Mailer
from bastide.platform.mail.smtp import SmtpMailer, parse_smtp_url
from bastide.platform.objects.directory import open_directory
from bastide.platform.objects.encrypted import EncryptedObjects
from bastide.platform.objects.port import ObjectStore
from bastide.platform.outbox.port import Outbox, Relay
from bastide.platform.outbox.sql import SqlOutbox, SqlRelay
from bastide.platform.secrets.port import Keyring
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from bastide.platform.telemetry.tally import new_registry

_MIGRATIONS = "bastide.app:migrations"


@dataclass(frozen=True, slots=True)
class Backends:
    """The platform's adapters, open. `registry` holds the metrics of this installation."""

    database: Database
    cache: Cache
    objects: ObjectStore
    bus: Bus
    outbox: Outbox
    relay: Relay
    registry: CollectorRegistry
    data_keys: SqlDataKeys


def path_of(url: str) -> Path:
    """The directory that `file:///path` or `edge:///path` names."""
    return Path(unquote(urlsplit(url).path))


def _open_cache(url: str) -> Cache:
    if urlsplit(url).scheme == "memory":
        return MemoryCache()
    return import_module("bastide.platform.cache.redis").RedisCache(url)  # loaded only where it is used


def open_mailer(url: str) -> Mailer:
    """Raises MailUrlError."""
    return SmtpMailer(parse_smtp_url(url)) if url else NoMailer()


@asynccontextmanager
async def open_backends(settings: Settings, keyring: Keyring, clock: Clock) -> AsyncGenerator[Backends]:
    """Migrate the database, then open everything; closed in the opposite order.

    Raises:
        SchemaTooNewError: a newer Bastide has migrated this database.
        UnavailableError: a server does not answer.
    """
    await upgrade(settings.database, _MIGRATIONS)
    async with AsyncExitStack() as stack:
        database = open_database(settings.database)
        stack.push_async_callback(database.close)
        cache = _open_cache(settings.cache_url)
        stack.push_async_callback(cache.close)
        bus = MemoryBus()
        relay = SqlRelay(database, clock)
        data_keys = SqlDataKeys(database, keyring, clock)
        yield Backends(
            database=database,
            cache=cache,
            objects=EncryptedObjects(open_directory(path_of(settings.objects)), data_keys),
            data_keys=data_keys,
            bus=bus,
            outbox=SqlOutbox(relay.wake),
            relay=relay,
            registry=new_registry(),
        )
