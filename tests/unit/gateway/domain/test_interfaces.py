"""Addresses and headers of each kind of provider."""

import pytest

from bastide.gateway.domain.call import Operation
from bastide.gateway.domain.catalogue import Deployment, Provider, ProviderKind
from bastide.gateway.domain.interfaces import headers_for, models_url, url_for

OPENAI = Provider("openai", ProviderKind.OPENAI, "https://api.example/v1", "secret")
ANTHROPIC = Provider("anthropic", ProviderKind.ANTHROPIC, "https://claude.example/v1", "secret")
AZURE = Provider("azure", ProviderKind.AZURE, "https://firm.example", "secret")
OLDER_AZURE = Provider(
    "azure", ProviderKind.AZURE, "https://firm.example", "secret", api_version="2024-10-21"
)


@pytest.mark.parametrize(
    ("provider", "operation", "url"),
    [
        (OPENAI, Operation.CHAT, "https://api.example/v1/chat/completions"),
        (ANTHROPIC, Operation.MESSAGES, "https://claude.example/v1/messages"),
        (AZURE, Operation.CHAT, "https://firm.example/openai/v1/chat/completions"),
        (
            OLDER_AZURE,
            Operation.CHAT,
            "https://firm.example/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21",
        ),
        (OLDER_AZURE, Operation.RESPONSES, "https://firm.example/openai/responses?api-version=2024-10-21"),
    ],
)
def test_each_kind_has_its_addresses(provider: Provider, operation: Operation, url: str) -> None:
    assert url_for(Deployment("place", provider, "my gpt"), operation) == url


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        (OPENAI, "https://api.example/v1/models"),
        (ANTHROPIC, "https://claude.example/v1/models?limit=1000"),
        (AZURE, "https://firm.example/openai/v1/models"),
        (OLDER_AZURE, "https://firm.example/openai/models?api-version=2024-10-21"),
    ],
)
def test_each_kind_lists_its_models_somewhere(provider: Provider, url: str) -> None:
    assert models_url(provider) == url


def test_each_kind_takes_its_key_in_its_own_header() -> None:
    assert headers_for(OPENAI)["authorization"] == "Bearer secret"
    assert headers_for(AZURE)["api-key"] == "secret"
    assert headers_for(ANTHROPIC)["x-api-key"] == "secret"
    assert headers_for(ANTHROPIC)["anthropic-version"] == "2023-06-01"
    assert "authorization" not in headers_for(AZURE) | headers_for(ANTHROPIC)
