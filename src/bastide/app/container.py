"""Puts the slices together on the backends that the settings name. Everything is built here, once."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from bastide.app.backends import Backends, open_backends, open_mailer
from bastide.app.home import Home
from bastide.app.probes import probes
from bastide.app.settings import Settings
from bastide.app.site import PUBLIC, compose, platform_api, principal_of
from bastide.app.version import VERSION
from bastide.identity.module import Identity, Mail
from bastide.identity.usecases.first_administrator import FirstAdministrator
from bastide.kit.clock import Clock, SystemClock
from bastide.operations.adapters.no_audit import NoAudit
from bastide.operations.http.status import router as operations_router
from bastide.operations.usecases.examine import Examine
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.telemetry.requests import RequestTelemetry


@dataclass(frozen=True, slots=True)
class Container:
    """A running installation.

    Attributes:
        asgi: the whole application, guarded.
        local_token: what command lines on this machine authenticate with.
        first_administrator: made at this start; its one-time password is shown once.
        start_warnings: what a user should know before the first click.
    """

    asgi: ASGIApp
    local_token: str
    first_administrator: FirstAdministrator | None
    start_warnings: tuple[str, ...]


@asynccontextmanager
async def open_container(settings: Settings, home: Home, local_token: str) -> AsyncGenerator[Container]:
    """Open backends, start slices; stopped and closed in the opposite order.

    Raises:
        SchemaTooNewError, KeysUnreadableError, UnavailableError: a backend cannot be used.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        backends = await stack.enter_async_context(open_backends(settings, clock))
        identity, first = await _open_identity(settings, home, backends, clock, local_token)
        await stack.enter_async_context(_running(identity))
        examine = Examine(probes(home, backends, []))

        async def facts() -> dict[str, object]:
            return {"name": "Bastide", "version": VERSION, "roles": [role.value for role in settings.roles]}

        api = platform_api(
            [
                operations_router(examine, facts, identity.policy, principal_of),
                *identity.routers(principal_of),
            ]
        )
        site = compose(settings, api, None)
        guarded = identity.protect(site, PUBLIC, settings.trusted_proxies)
        yield Container(RequestTelemetry(guarded), local_token, first, ())


async def _open_identity(
    settings: Settings, home: Home, backends: Backends, clock: Clock, local_token: str
) -> tuple[Identity, FirstAdministrator | None]:
    mail = Mail(open_mailer(settings.smtp_url), settings.public_url)
    keyring = LocalKeyring.load(home.keys)
    identity = Identity(backends.database, backends.cache, keyring, clock, NoAudit(), mail, local_token)
    password = settings.admin_password
    first = await identity.ensure_first_administrator(
        settings.admin_email, password.get_secret_value() if password else None
    )
    return identity, first


@asynccontextmanager
async def _running(identity: Identity) -> AsyncGenerator[None]:
    await identity.start()
    try:
        yield
    finally:
        await identity.stop()
