"""Puts the slices together on the backends that the settings name. Everything is built here, once."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from socket import gethostname
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from bastide.app.backends import Backends, open_backends, open_mailer
from bastide.app.grants import LateGrants
from bastide.app.home import Home
from bastide.app.late import LateApp
from bastide.app.models import OpenGateway, open_gateway
from bastide.app.probes import probes
from bastide.app.roles import GATEWAY_ALONE, INDEX_ROLES, Role
from bastide.app.settings import Settings
from bastide.app.site import PUBLIC, SAMPLES, compose
from bastide.app.version import VERSION
from bastide.gateway.module import GatewayModule
from bastide.identity.adapters.sql import SqlIdentityStore
from bastide.identity.module import Identity
from bastide.identity.parts import Mail, Passwords
from bastide.identity.usecases.first_administrator import FirstAdministrator
from bastide.kit.clock import Clock, SystemClock
from bastide.models.contract import Embedder
from bastide.operations.adapters.probes import FallbacksProbe
from bastide.operations.asgi import Probes
from bastide.operations.contract import Audit
from bastide.operations.domain.check import CheckState
from bastide.operations.module import Auditing
from bastide.operations.ports import Facts, Probe
from bastide.operations.usecases.examine import Examine
from bastide.platform.http.gate import Gate, GateFigures
from bastide.platform.http.hardening import SecurityHeaders
from bastide.platform.http.rates import Rates
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.port import Keyring
from bastide.platform.telemetry.requests import RequestTelemetry

if TYPE_CHECKING:
    from bastide.app.api import DocumentsRouters
    from bastide.knowledge.module import KnowledgeModule
    from bastide.operations.personal import PersonalData
    from bastide.operations.push import AuditPush

_DOCUMENTS = "bastide.app.documents"
"""Loaded by the roles that need it: it brings the index, the parsers and the workflow engine."""
_API = "bastide.app.api"
"""Loaded at the start, but by a gateway alone when somebody first manages something: it brings FastAPI."""
_SIEM = "bastide.app.siem"
"""Loaded where the settings name one."""


@dataclass(frozen=True, slots=True)
class Container:
    """A running installation.

    Attributes:
        asgi: the whole application, guarded.
        local_token: what command lines on this machine authenticate with.
        first_administrator: made at this start; its one-time password is shown once.
        start_warnings: what a user should know before the first click.
        gate: sheds load from the paths that it guards.
    """

    asgi: ASGIApp
    local_token: str
    first_administrator: FirstAdministrator | None
    start_warnings: tuple[str, ...]
    gate: Gate
    guarded_paths: tuple[str, ...] = GatewayModule.prefixes


@asynccontextmanager
async def open_container(settings: Settings, home: Home, local_token: str) -> AsyncGenerator[Container]:
    """Open backends, start slices; stopped and closed in the opposite order.

    Raises:
        SchemaTooNewError, KeysUnreadableError, UnavailableError: a backend cannot be used.
    """
    clock, gate = SystemClock(), Gate(settings.gateway.max_concurrency)
    keyring = LocalKeyring.load(home.keys)
    async with AsyncExitStack() as stack:
        backends = await stack.enter_async_context(open_backends(settings, keyring, clock))
        backends.registry.register(GateFigures(gate))
        auditing = _auditing(settings, backends, keyring, clock)
        await stack.enter_async_context(_running(auditing))
        identity, first = await _open_identity(
            settings, keyring, backends, clock, auditing.audit, local_token
        )
        await stack.enter_async_context(_running(identity))
        more_probes: list[Probe] = []
        if settings.audit_syslog_url:
            push = _push(settings, backends, clock)
            await stack.enter_async_context(_running(push))
            more_probes.append(push.probe)
        documents = None
        if INDEX_ROLES & set(settings.roles):
            opening = _open_documents(settings, home, backends, identity, auditing, clock)
            documents = await stack.enter_async_context(opening)
            more_probes += documents.probes
        gateway: OpenGateway | None = None
        if INDEX_ROLES.union({Role.GATEWAY}) & set(settings.roles):
            gateway = await stack.enter_async_context(
                open_gateway(
                    settings,
                    backends,
                    keyring,
                    None if documents is None else documents.module.knowledge,
                    None if documents is None else documents.embedder,
                    identity.policy,
                    clock,
                    auditing.audit,
                )
            )
            more_probes.append(FallbacksProbe(gateway.module.lost_fallbacks))
        if documents is not None and first is not None and settings.documents.samples:
            await documents.module.load_samples(await identity.local_principal(), SAMPLES)
        examine = Examine(probes(home, backends, more_probes))
        api = _api(settings, identity, auditing, examine, gateway, documents)
        if frozenset(settings.roles) != GATEWAY_ALONE:
            await api.made()
        probing = Probes(examine, identity.policy, backends.registry)
        site = compose(settings, api, probing, None if gateway is None else gateway.inference)
        rates = Rates(settings.requests_per_s, frozenset(GatewayModule.prefixes))
        guarded = identity.protect(site, PUBLIC, settings.trusted_proxies, rates)
        hardened = SecurityHeaders(guarded, https=settings.is_https)
        asgi, warnings = RequestTelemetry(hardened, backends.registry), await _warnings(examine)
        yield Container(asgi, local_token, first, warnings, gate)


@dataclass(frozen=True, slots=True)
class _Documents:
    module: "KnowledgeModule"
    embedder: Embedder
    probes: list[Probe]
    routers: "DocumentsRouters"


@asynccontextmanager
async def _open_documents(
    settings: Settings, home: Home, backends: Backends, identity: Identity, auditing: Auditing, clock: Clock
) -> AsyncGenerator[_Documents]:
    part = import_module(_DOCUMENTS)
    embedder: Embedder
    module: KnowledgeModule
    personal: PersonalData
    async with (
        part.open_embedder(settings, home) as embedder,
        part.open_documents(settings, home, backends, embedder, identity, auditing, clock) as (
            module,
            personal,
        ),
    ):
        probes = part.documents_probes(settings, embedder)
        yield _Documents(module, embedder, probes, partial(part.documents_routers, module, personal))


def _api(
    settings: Settings,
    identity: Identity,
    auditing: Auditing,
    examine: Examine,
    gateway: OpenGateway | None,
    documents: _Documents | None,
) -> LateApp:
    def made() -> ASGIApp:
        api = import_module(_API)
        parts = api.Parts(
            identity,
            auditing,
            examine,
            _facts(settings),
            gateway and gateway.module,
            documents and documents.routers,
        )
        return api.platform_api(parts)

    return LateApp(made)


def _auditing(settings: Settings, backends: Backends, keyring: Keyring, clock: Clock) -> Auditing:
    return Auditing(backends.database, keyring, clock, VERSION, host=_host(settings))


def _push(settings: Settings, backends: Backends, clock: Clock) -> "AuditPush":
    return import_module(_SIEM).open_push(
        settings.audit_syslog_url, backends.database, clock, _host(settings)
    )


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url or "").hostname or gethostname()


async def _warnings(examine: Examine) -> tuple[str, ...]:
    checks = await examine.everything()
    return tuple(check.message for check in checks if check.state is not CheckState.OK)


def _facts(settings: Settings) -> Facts:
    async def facts() -> dict[str, object]:
        return {"name": "Bastide", "version": VERSION, "roles": [role.value for role in settings.roles]}

    return facts


async def _open_identity(
    settings: Settings,
    keyring: Keyring,
    backends: Backends,
    clock: Clock,
    audit: Audit,
    local_token: str,
) -> tuple[Identity, FirstAdministrator | None]:
    mail = Mail(open_mailer(settings.smtp_url), settings.public_url)
    passwords = Passwords(breached=settings.breached_passwords)
    store = SqlIdentityStore(backends.database, clock, audit, LateGrants(backends.outbox, clock))
    identity = Identity(store, backends.cache, keyring, clock, audit, mail, local_token, passwords)
    password = settings.admin_password
    first = await identity.ensure_first_administrator(
        settings.admin_email, password.get_secret_value() if password else None
    )
    return identity, first


@asynccontextmanager
async def _running(part: "Identity | Auditing | AuditPush") -> AsyncGenerator[None]:
    await part.start()
    try:
        yield
    finally:
        await part.stop()
