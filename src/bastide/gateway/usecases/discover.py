"""Finds out which models the providers serve, at start and from time to time."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import structlog

from bastide.gateway.domain.catalogue import Deployment, Model, Provider, ProviderKind, Source
from bastide.gateway.domain.errors import UpstreamFailedError
from bastide.gateway.domain.interfaces import headers_for, lists_what_it_serves, models_url
from bastide.gateway.ports.upstream import Upstream, UpstreamRequest
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.trouble import trouble_of
from bastide.kit.errors import UnavailableError
from bastide.platform.uninterrupted import told_to_end

LOCAL_SERVERS = {"ollama": 11434, "vllm": 8000, "llama.cpp": 8080, "lmstudio": 1234}


@dataclass(frozen=True, slots=True)
class ConfiguredProvider:
    """A provider to be asked.

    Attributes:
        models: (public name, its name there); empty: all that its server lists.
        lists: False: offer none of what the server lists; deployments name what is used.
    """

    provider: Provider
    models: tuple[tuple[str, str], ...] = ()
    lists: bool = True


class _Listed(msgspec.Struct):
    id: str
    max_model_len: int | None = None


class _Listing(msgspec.Struct):
    data: list[_Listed]


def local_servers() -> list[ConfiguredProvider]:
    """The model servers that people run on their own machine, at their usual ports."""
    return [
        ConfiguredProvider(
            Provider(name, ProviderKind.OPENAI, f"http://127.0.0.1:{port}/v1", source=Source.DISCOVERED)
        )
        for name, port in LOCAL_SERVERS.items()
    ]


class Discovery:
    """Keeps the catalogue's parts of the given providers up to date.

    A configured provider that does not answer keeps the models that it last listed (they are marked as not
    available); one that was only found vanishes with its server.
    """

    def __init__(
        self,
        catalogue: LiveCatalogue,
        upstream: Upstream,
        providers: Sequence[ConfiguredProvider],
        *,
        timeout_s: float = 2.0,
        every_s: float = 20.0,
    ) -> None:
        self._catalogue = catalogue
        self._upstream = upstream
        self._fixed = {configured.provider.name: configured for configured in providers}
        self._stored: dict[str, ConfiguredProvider] = {}
        self._timeout_s = timeout_s
        self._every_s = every_s
        self._log = structlog.get_logger("bastide.gateway")
        for configured in providers:
            if configured.models:
                catalogue.put(configured.provider.name, _models(configured, ()))
        self._asked = asyncio.Event()
        self._changed = asyncio.Event()

    @property
    def providers(self) -> Mapping[str, ConfiguredProvider]:
        """Everyone who is asked, by name."""
        return {**self._stored, **self._fixed}

    def follow(self, stored: Sequence[ConfiguredProvider]) -> None:
        """Ask these besides the fixed ones from now on; the models of those that are gone go at once."""
        before, self._stored = self._stored, {each.provider.name: each for each in stored}
        if before == self._stored:
            return
        for name in before.keys() - self.providers.keys():
            self._catalogue.put(name, ())
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while not told_to_end():
            self._changed.clear()
            await self.refresh()
            self._asked.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._changed.wait()

    @property
    def has_asked(self) -> bool:
        """Whether every provider has been asked once."""
        return self._asked.is_set()

    async def asked(self) -> None:
        """Returns once every provider has been asked."""
        await self._asked.wait()

    async def refresh(self) -> None:
        """Ask every provider once, all at the same time."""
        async with asyncio.TaskGroup() as group:
            for configured in self.providers.values():
                group.create_task(self._refresh(configured))

    async def _refresh(self, configured: ConfiguredProvider) -> None:
        provider = configured.provider
        try:
            async with asyncio.timeout(self._timeout_s):
                listed = await self._list(provider)
        except (UnavailableError, TimeoutError, msgspec.DecodeError) as error:
            self._catalogue.mark(provider.name, trouble_of(error))
            if provider.source is Source.DISCOVERED:
                self._catalogue.put(provider.name, ())
            else:
                words = str(error.__cause__ or error) or f"No answer within {self._timeout_s:g} s."
                self._log.warning("provider.unreachable", provider=provider.name, error=words)
            return
        if self.providers.get(provider.name) is configured:  # not replaced while it was asked
            self._catalogue.mark(provider.name, None)
            self._catalogue.put(provider.name, _models(configured, listed) if configured.lists else ())

    async def _list(self, provider: Provider) -> list[_Listed]:
        request = UpstreamRequest("GET", models_url(provider), headers_for(provider))
        async with self._upstream.send(request) as reply:
            body = await reply.read(max_bytes=4 << 20)
            if reply.status != 200:
                raise UpstreamFailedError(
                    f"{provider.name} answered {reply.status} to a request for its models.",
                    provider=provider.name,
                    status=reply.status,
                )
        listed = msgspec.json.decode(body, type=_Listing).data
        return listed if lists_what_it_serves(provider) else []


def _models(configured: ConfiguredProvider, listed: Sequence[_Listed]) -> list[Model]:
    provider = configured.provider
    lengths = {item.id: item.max_model_len for item in listed}
    names = configured.models or tuple((name, name) for name in lengths)
    return [
        Model(
            public,
            (Deployment(f"{provider.name}/{upstream}", provider, upstream),),
            provider.name,
            lengths.get(upstream),
        )
        for public, upstream in names
    ]
