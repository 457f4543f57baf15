"""Whom LiteLLM's model names mean: `vendor/model`, and where that vendor is found.

https://docs.litellm.ai/docs/providers
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a vendor is spoken to.

    Attributes:
        kind: the protocol; None: one that Bastide does not speak.
        url: where it is when the file says nothing; empty: it must say.
        key: the variable that LiteLLM reads when the file names no key.
        path: added to an address that ends at the host.
    """

    kind: str | None
    url: str = ""
    key: str = ""
    path: str = ""


_LOCAL = Vendor("openai", path="/v1")
VENDORS: Mapping[str, Vendor] = MappingProxyType(
    {
        "openai": Vendor("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        "text-completion-openai": Vendor("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        "azure": Vendor("azure", key="AZURE_API_KEY"),
        "azure_text": Vendor("azure", key="AZURE_API_KEY"),
        "anthropic": Vendor("anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
        "mistral": Vendor("openai", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        "codestral": Vendor("openai", "https://codestral.mistral.ai/v1", "CODESTRAL_API_KEY"),
        "groq": Vendor("openai", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
        "deepseek": Vendor("openai", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        "together_ai": Vendor("openai", "https://api.together.xyz/v1", "TOGETHERAI_API_KEY"),
        "fireworks_ai": Vendor("openai", "https://api.fireworks.ai/inference/v1", "FIREWORKS_AI_API_KEY"),
        "openrouter": Vendor("openai", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        "perplexity": Vendor("openai", "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY"),
        "xai": Vendor("openai", "https://api.x.ai/v1", "XAI_API_KEY"),
        "nvidia_nim": Vendor("openai", "https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY"),
        "cerebras": Vendor("openai", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
        "deepinfra": Vendor("openai", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
        "gemini": Vendor(
            "openai", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"
        ),
        "ollama": Vendor("openai", "http://localhost:11434/v1", path="/v1"),
        "ollama_chat": Vendor("openai", "http://localhost:11434/v1", path="/v1"),
        **dict.fromkeys(
            ("hosted_vllm", "vllm", "openai_like", "custom_openai", "litellm_proxy", "lm_studio"), _LOCAL
        ),
        **dict.fromkeys(
            ("llamafile", "xinference", "huggingface", "infinity", "docker_model_runner"), _LOCAL
        ),
        **dict.fromkeys(
            ("bedrock", "sagemaker", "vertex_ai", "vertex_ai_beta", "watsonx", "cohere", "cohere_chat"),
            Vendor(None),
        ),
        **dict.fromkeys(
            ("replicate", "cloudflare", "databricks", "snowflake", "predibase", "azure_ai", "triton"),
            Vendor(None),
        ),
    }
)
_HOME_SUFFIXES = (".local", ".internal", ".lan", ".svc", ".svc.cluster.local", ".home.arpa", ".localhost")


def vendor_of(model: str, custom: str | None) -> tuple[str, str]:
    """The vendor's name and the model's name there. A name without a vendor is OpenAI's or Anthropic's."""
    if custom:
        return custom, model.removeprefix(f"{custom}/")
    first, _, rest = model.partition("/")
    if rest and first in VENDORS:
        return first, rest
    if model.startswith("claude-"):
        return "anthropic", model
    return "openai", model


def zone_of(url: str) -> str:
    """`internal` for an address that only means something inside; a public name may be a cloud."""
    host = urlsplit(url).hostname or ""
    try:
        return "internal" if ipaddress.ip_address(host).is_private else "cloud"
    except ValueError:
        inside = "." not in host or host.endswith(_HOME_SUFFIXES)
        return "internal" if inside else "cloud"


def address_of(vendor: Vendor, base: str | None) -> str:
    """Where to ask; empty when nobody says. For Anthropic LiteLLM adds `/v1/messages` to every address."""
    if not base:
        return vendor.url
    url = base.rstrip("/")
    if vendor.kind == "anthropic":
        return url.removesuffix("/messages").removesuffix("/v1") + "/v1"
    return url + vendor.path if vendor.path and urlsplit(url).path in {"", "/"} else url
