"""Which models the catalogue holds while servers come and go."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bastide.gateway.domain.catalogue import Provider, ProviderKind, Source
from bastide.gateway.domain.errors import UpstreamUnreachableError
from bastide.gateway.ports.upstream import UpstreamReply, UpstreamRequest
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.discover import ConfiguredProvider, Discovery, local_servers
from bastide.identity.contract import system_principal

ROOT = system_principal("org_one")


class Reply:
    status = 200
    headers: Mapping[str, str] = {}

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self, *, max_bytes: int) -> bytes:  # noqa: ARG002  # the port's signature
        return self._body

    async def chunk(self) -> bytes:
        return self._body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._body


class Network:
    """URLs that answer, with what."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}

    @asynccontextmanager
    async def send(self, request: UpstreamRequest) -> AsyncIterator[UpstreamReply]:
        if request.url not in self.answers:
            raise UpstreamUnreachableError("nobody there")
        yield Reply(self.answers[request.url])

    async def close(self) -> None:
        return


def configured(source: Source, *models: tuple[str, str]) -> ConfiguredProvider:
    return ConfiguredProvider(
        Provider("one", ProviderKind.OPENAI, "http://one/v1", source=source), tuple(models)
    )


def seen(catalogue: LiveCatalogue) -> dict[str, bool]:
    return {info.name: info.available for info in catalogue.infos(ROOT) if not info.extractive}


async def test_a_found_server_comes_and_goes_with_its_models() -> None:
    catalogue, network = LiveCatalogue(), Network()
    discovery = Discovery(catalogue, network, [configured(Source.DISCOVERED)])
    network.answers["http://one/v1/models"] = b'{"data":[{"id":"a","max_model_len":32},{"id":"b"}]}'
    await discovery.refresh()
    assert seen(catalogue) == {"a": True, "b": True}
    assert catalogue.info(ROOT, "a").context_tokens == 32
    del network.answers["http://one/v1/models"]
    await discovery.refresh()
    assert seen(catalogue) == {}


async def test_a_configured_server_keeps_its_models_and_they_are_marked() -> None:
    catalogue, network = LiveCatalogue(), Network()
    discovery = Discovery(catalogue, network, [configured(Source.SETTINGS)])
    network.answers["http://one/v1/models"] = b'{"data":[{"id":"a"}]}'
    await discovery.refresh()
    del network.answers["http://one/v1/models"]
    await discovery.refresh()
    assert seen(catalogue) == {"a": False}
    network.answers["http://one/v1/models"] = b"<html>"
    await discovery.refresh()
    assert seen(catalogue) == {"a": False}


async def test_named_models_are_there_before_the_server_is() -> None:
    catalogue, network = LiveCatalogue(), Network()
    Discovery(catalogue, network, [configured(Source.SETTINGS, ("public", "a"))])
    assert seen(catalogue) == {"public": True}
    deployment = catalogue.find(ROOT, "public").deployments[0]
    assert (deployment.upstream_name, deployment.id) == ("a", "one/a")


def test_the_usual_ports_are_asked() -> None:
    urls = {server.provider.base_url for server in local_servers()}
    assert urls == {f"http://127.0.0.1:{port}/v1" for port in (11434, 8000, 8080, 1234)}
