"""Settings: one frozen tree from `bastide.toml` and `BASTIDE_*`. The only file that reads the environment.

Order, first wins: arguments of the command line, environment, `bastide.toml` (in the home, or where
`BASTIDE_CONFIG` points), defaults. A nested value is `BASTIDE_GATEWAY__DISCOVER=false` in the environment.
"""

import os
import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import from_json
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bastide.app.embedder_url import parse_embedder_url
from bastide.app.roles import ALL_ROLES, GATEWAY_ALONE, INDEX_ROLES, Role
from bastide.app.scanner_url import parse_scanner_url
from bastide.app.syslog_url import parse_syslog_url
from bastide.kit.errors import InvalidError

_PREFIX = "BASTIDE_"
_OF_KUBERNETES = re.compile(r"_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)(_|$)")
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class SettingsError(InvalidError):
    """The settings cannot work; the message lists every mistake."""

    code = "settings.invalid"


class Provider(BaseModel):
    """A server that speaks a model protocol.

    Attributes:
        name: shown in `/v1/models` as `owned_by`.
        kind: the protocol.
        url: up to and with `/v1`; Azure's `https://….openai.azure.com`.
        zone: `internal` may see sensitive data, `cloud` never does.
        models: public names; empty = what the server lists. Azure lists none.
        api_version: of Azure's interface (none: `v1`) or Anthropic's.
        protocols: which of the three it speaks; empty = `messages` for Anthropic, `chat` else.
    """

    model_config = _FROZEN
    name: str
    kind: Literal["openai", "azure", "anthropic"] = "openai"
    url: str
    api_key: SecretStr | None = None
    zone: Literal["internal", "cloud"] = "internal"
    models: tuple[str, ...] = ()
    api_version: str | None = None
    protocols: tuple[Literal["chat", "messages", "responses"], ...] = ()


class Deployment(BaseModel):
    """A place where a model runs.

    Attributes:
        provider: name of one of `gateway.providers`, or of a server found on this machine.
        model: its name there; the public name if left out.
        weight: its share among those of the same priority.
        priority: lower ones first.
        prompt_price, completion_price, cached_price: per million tokens, at most six decimals.
    """

    model_config = _FROZEN
    provider: str
    model: str | None = None
    weight: int = Field(1, ge=0)
    priority: int = Field(0, ge=0)
    prompt_price: Decimal = Field(Decimal(0), ge=0, max_digits=12, decimal_places=6)
    completion_price: Decimal = Field(Decimal(0), ge=0, max_digits=12, decimal_places=6)
    cached_price: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=6)
    context_tokens: int | None = Field(None, ge=1)
    max_output_tokens: int | None = Field(None, ge=1)
    max_concurrency: int | None = Field(None, ge=1)


class Model(BaseModel):
    """A public model name: where it runs, how a place is chosen, who helps out."""

    model_config = _FROZEN
    name: str
    strategy: Literal["weighted", "least_busy", "latency", "prefix", "session"] = "least_busy"
    fallbacks: tuple[str, ...] = ()
    overflow_queue: int | None = Field(None, ge=0)
    degrade: bool = False
    deployments: tuple[Deployment, ...] = ()


class GatewaySettings(BaseModel):
    """The door to the models.

    Attributes:
        discover: look for model servers on this machine.
        first_token_timeout_s: to the first bytes of an answer, or to the head of one that is not streamed.
        idle_timeout_s: between two events of a stream.
        keep_alive_s: after so much silence the client of a stream gets a comment, before the first token too.
        max_answer_mb: of one that is not streamed.
        max_concurrency: requests that a process works on at a time; more are refused.
    """

    model_config = _FROZEN
    discover: bool = True
    connect_timeout_s: float = Field(5, gt=0)
    first_token_timeout_s: float = Field(120, gt=0)
    idle_timeout_s: float = Field(60, gt=0)
    keep_alive_s: float = Field(15, gt=0)
    total_timeout_s: float = Field(900, gt=0)
    max_request_mb: int = Field(32, ge=1)
    max_answer_mb: int = Field(64, ge=1)
    max_concurrency: int = Field(5000, ge=1)
    providers: tuple[Provider, ...] = ()
    models: tuple[Model, ...] = ()


class DocumentSettings(BaseModel):
    """Limits of one document, and how many are read at a time."""

    model_config = _FROZEN
    max_upload_mb: int = Field(512, ge=1)
    parse_timeout_s: float = Field(600, gt=0)
    parse_memory_mb: int = Field(1536, ge=256)
    parser_processes: int = Field(2, ge=1, le=64)
    samples: bool = True


def environment_variable(name: str) -> str | None:
    """For files of other programs that refer to variables; what Bastide is set by is in `Settings`."""
    return os.environ.get(name) or None  # noqa: TID251  # this is that file


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    home: Path = Field(default_factory=lambda: user_data_path("bastide", appauthor=False))
    host: str = "127.0.0.1"
    port: int = Field(4666, ge=0, le=65535)
    roles: Annotated[tuple[Role, ...], NoDecode] = ALL_ROLES
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    requests_per_s: float = Field(200, ge=0)
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()

    database_url: str = ""
    cache_url: str = "memory:"
    bus_url: str = "memory:"
    objects_url: str = ""
    vectors_url: str = ""
    embedder_url: str = "minilm:"
    embedder_key: SecretStr | None = None
    scanner_url: str = ""

    public_url: str | None = Field(None, pattern=r"^https?://[^\s/?#]+$")
    smtp_url: str = ""
    audit_syslog_url: str = ""

    admin_email: str | None = None
    admin_password: SecretStr | None = None
    breached_passwords: Path | None = None

    otlp_url: str | None = Field(None, pattern=r"^https?://[^\s?#]+$")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"

    documents: DocumentSettings = Field(default_factory=lambda: DocumentSettings.model_validate({}))
    gateway: GatewaySettings = Field(default_factory=lambda: GatewaySettings.model_validate({}))

    @field_validator("roles", "trusted_proxies", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        """In the environment: with commas between, or a JSON array."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return from_json(value)
        return [part.strip() for part in value.split(",") if part.strip()]

    @model_validator(mode="after")
    def _possible(self) -> "Settings":
        mistakes = list(_mistakes(self))
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # fixed by pydantic-settings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_config_file())
        return (init_settings, env_settings, toml)

    @property
    def is_split(self) -> bool:
        """Whether other processes share this installation's state.

        A gateway alone on SQLite is an installation of its own: its home is locked, nobody else can join.
        """
        alone = frozenset(self.roles) == GATEWAY_ALONE and urlsplit(self.database).scheme == "sqlite"
        return set(self.roles) != set(ALL_ROLES) and not alone

    @property
    def is_https(self) -> bool:
        """Whether people reach it by TLS, from here or from a proxy."""
        return self.tls_certificate is not None or (self.public_url or "").startswith("https:")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'bastide.db'}"

    @property
    def workflows(self) -> str:
        if urlsplit(self.database).scheme.startswith("postgresql"):
            return self.database
        return f"sqlite:///{self.home / 'workflows.db'}"

    @property
    def objects(self) -> str:
        return self.objects_url or f"file://{self.home / 'objects'}"

    @property
    def vectors(self) -> str:
        return self.vectors_url or f"edge://{self.home / 'index'}"


_SCHEMES = {
    "database_url": {"", "sqlite", "postgresql"},
    "cache_url": {"memory", "redis", "rediss"},
    "bus_url": {"memory"},
    "objects_url": {"", "file"},
    "vectors_url": {"", "edge"},
}


def _mistakes(settings: Settings) -> list[str]:
    found: list[str] = []
    for name, allowed in _SCHEMES.items():
        scheme = urlsplit(str(getattr(settings, name))).scheme
        if scheme not in allowed:
            known = ", ".join(f"{item}:" for item in sorted(allowed) if item)
            found.append(f"{name}: '{scheme}:' is not supported; one of {known}")
    parsers: dict[str, Callable[[str], object]] = {
        "embedder_url": parse_embedder_url,
        "scanner_url": parse_scanner_url,
    }
    if settings.audit_syslog_url:
        parsers["audit_syslog_url"] = parse_syslog_url
    for name, parse in parsers.items():
        try:
            parse(str(getattr(settings, name)))
        except ValueError as error:
            found.append(f"{name}: {error}")
    if not settings.roles:
        found.append("roles: at least one is needed")
    if settings.smtp_url and not settings.public_url:
        found.append("public_url: letters need the address that their links lead to")
    names = [provider.name for provider in settings.gateway.providers]
    if len(set(names)) < len(names):
        found.append("gateway.providers: each needs a name of its own")
    found += _file_mistakes(settings)
    return found + (_split_mistakes(settings) if settings.is_split else [])


def _file_mistakes(settings: Settings) -> list[str]:
    found: list[str] = []
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        found.append("tls_certificate and tls_key: give both or neither")
    if settings.breached_passwords is not None and not settings.breached_passwords.is_file():
        found.append("breached_passwords: there is no such file")
    return found


def _split_mistakes(settings: Settings) -> list[str]:
    """What several processes cannot do without."""
    found: list[str] = []
    if urlsplit(settings.database).scheme == "sqlite":
        found.append("database_url: several processes need PostgreSQL, this is SQLite")
    if settings.cache_url == "memory:":
        found.append("cache_url: several processes need Redis, this is in-process memory")
    shared = INDEX_ROLES & set(settings.roles)
    if shared and shared != INDEX_ROLES:
        names = ", ".join(sorted(INDEX_ROLES))
        found.append(f"roles: the embedded index lives in one process, which must play all of {names}")
    return found


def stray_variables() -> list[str]:
    """Variables of the environment that look like settings and are none: mistyped, or meant for others.

    No error: Kubernetes adds variables named after each service, of which one may well be called like us.
    """
    names = [f"{_PREFIX}{name.upper()}" for name in Settings.model_fields]
    known = {f"{_PREFIX}CONFIG", *names}
    parts = tuple(f"{name}__" for name in names)  # what comes after is looked at with the settings
    return sorted(
        name
        for name in os.environ  # noqa: TID251  # the one file that may
        if name.startswith(_PREFIX)
        and name not in known
        and not name.startswith(parts)
        and not _OF_KUBERNETES.search(name)
    )


def _config_file() -> Path:
    if given := os.environ.get("BASTIDE_CONFIG"):  # noqa: TID251  # the one file that may
        return Path(given)
    home = os.environ.get("BASTIDE_HOME")  # noqa: TID251  # the one file that may
    return (Path(home) if home else user_data_path("bastide", appauthor=False)) / "bastide.toml"


_WORDS = {"extra_forbidden": "there is no such setting"}


def _told(place: tuple[int | str, ...], message: str) -> list[str]:
    """One line for each mistake, with the setting that it is about."""
    mistakes = message.removeprefix("Value error, ").splitlines()
    where = "".join(f"{part}." for part in place)[:-1]
    return [f"{where}: {mistake}" if where else mistake for mistake in mistakes]


def load_settings(**overrides: object) -> Settings:
    """Read everything; `overrides` that are None do not count.

    Raises:
        SettingsError: `settings.invalid`, with every mistake in one message.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType]  # validated by pydantic
    except ValidationError as error:
        lines = [
            line
            for item in error.errors()
            for line in _told(item["loc"], _WORDS.get(item["type"], item["msg"]))
        ]
        raise SettingsError("\n".join(["The settings cannot work:", *lines])) from error
