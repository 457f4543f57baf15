"""LiteLLM's configuration, as people write it."""

from typing import Any

import pytest
import yaml

from bastide.gateway.adapters.litellm.plan import Fate, Plan
from bastide.gateway.adapters.litellm.reading import read_litellm
from bastide.gateway.domain.errors import ImportFileError

ENVIRONMENT = {"OPENAI_API_KEY": "sk-openai", "AZURE_KEY": "azure-key", "VLLM_URL": "http://10.0.0.5:8000"}
TYPICAL = """
model_list:
  - model_name: assistant
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://house.openai.azure.com/
      api_key: os.environ/AZURE_KEY
      api_version: "2024-10-21"
      rpm: 6
      tpm: 100000
  - model_name: assistant
    litellm_params: {model: gpt-4o, rpm: 60, tpm: 50000, timeout: 30, order: 2}
    model_info: {max_input_tokens: 128000, input_cost_per_token: 2.5e-06, output_cost_per_token: 0.00001}
  - model_name: local
    litellm_params:
      model: hosted_vllm/Qwen/Qwen3-8B
      api_base: os.environ/VLLM_URL
      api_key: none
      weight: 0.3
      max_parallel_requests: 8
  - model_name: old
    litellm_params: {model: bedrock/anthropic.claude-v2, aws_region_name: eu-west-3}
  - model_name: "openai/*"
    litellm_params: {model: "openai/*", api_key: os.environ/OPENAI_API_KEY}
router_settings:
  routing_strategy: usage-based-routing-v2
  model_group_alias: {gpt-4: assistant, hidden-one: {model: local, hidden: true}, both: [assistant, local]}
  fallbacks: [{assistant: [local, old]}]
  num_retries: 2
litellm_settings:
  fallbacks:
    - local: ["assistant"]
  drop_params: true
  max_budget: 100.5
  budget_duration: 30d
  success_callback: [langfuse]
general_settings:
  master_key: os.environ/MASTER
  global_max_parallel_requests: 50
mcp_servers: {}
"""


def read(text: str) -> Plan:
    return read_litellm(yaml.safe_load(text), ENVIRONMENT.get)


def named(found: list[Any], name: str, key: str = "name") -> list[Any]:
    return [each for each in found if each[key] == name]


def notes(plan: Plan, where: str) -> list[Fate]:
    return [note.fate for note in plan.notes if note.where == where]


def test_providers() -> None:
    plan = read(TYPICAL)
    assert [(each["name"], each["kind"], each["zone"]) for each in plan.providers] == [
        ("house.openai.azure.com", "azure", "cloud"),
        ("openai", "openai", "cloud"),
        ("10.0.0.5", "openai", "internal"),
    ]
    azure, openai, vllm = plan.providers
    assert (azure["api_key"], azure["api_version"]) == ("azure-key", "2024-10-21")
    assert (openai["api_key"], openai["url"]) == ("sk-openai", "https://api.openai.com/v1")
    assert (vllm["url"], vllm["api_key"]) == ("http://10.0.0.5:8000/v1", "none")
    assert (openai["lists"], vllm["lists"]) == (True, False)


def test_models_and_their_places() -> None:
    plan = read(TYPICAL)
    assert [each["name"] for each in plan.models] == ["assistant", "local", "gpt-4", "hidden-one", "both"]
    first, second = named(plan.deployments, "assistant", "model")
    assert first["upstream_name"] == "gpt-4o-eu"
    assert second == {
        "model": "assistant",
        "provider": "openai",
        "upstream_name": "gpt-4o",
        "priority": 2,
        "context_tokens": 128000,
        "price": {"prompt": "2.5", "completion": "10"},
    }
    [local] = named(plan.deployments, "local", "model")
    assert (local["weight"], local["max_concurrency"], local["upstream_name"]) == (3, 8, "Qwen/Qwen3-8B")
    assert len(named(plan.deployments, "gpt-4", "model")) == 2
    assert len(named(plan.deployments, "both", "model")) == 3


PLACES = """
model_list:
  - {model_name: m, litellm_params: {model: openai/a, api_base: "http://x/v1", %s}}
  - {model_name: m, litellm_params: {model: openai/b, api_base: "http://y/v1", %s}}
router_settings: {routing_strategy: %s}
"""


@pytest.mark.parametrize(
    ("first", "second", "strategy", "weights"),
    [
        ("weight: 12", "weight: 5", "simple-shuffle", [12, 5]),
        ("weight: 0.9", "weight: 0.1", "simple-shuffle", [9, 1]),
        ("weight: 3000", "weight: 1", "simple-shuffle", [1000, 1]),
        ("weight: 1", "order: 1", "simple-shuffle", [1, 0]),
        ("rpm: 600", "rpm: 300", "simple-shuffle", [600, 300]),
        ("tpm: 100000", "tpm: 50000", "simple-shuffle", [1000, 500]),
        ("rpm: 600", "rpm: 300", "least-busy", [None, None]),
        ("order: 1", "weight: 2", "simple-shuffle", [None, None]),
    ],
)
def test_weights_keep_their_proportion(
    first: str, second: str, strategy: str, weights: list[int | None]
) -> None:
    plan = read(PLACES % (first, second, strategy))
    assert [each.get("weight") for each in plan.deployments] == weights


def test_a_price_that_only_litellm_knows_is_said() -> None:
    plan = read(TYPICAL)
    assert notes(plan, "model_list[0].model_info") == [Fate.LEFT_OUT]
    assert notes(plan, "model_list[1].model_info") == notes(plan, "model_list[2].model_info") == []


def test_routing() -> None:
    plan = read(TYPICAL)
    assert {each["strategy"] for each in plan.models} == {"least_busy"}
    assert named(plan.models, "assistant")[0]["fallbacks"] == ["local"]
    assert named(plan.models, "local")[0]["fallbacks"] == ["assistant"]
    assert notes(plan, "router_settings.fallbacks.assistant") == [Fate.LEFT_OUT, Fate.TAKEN]


def test_limits_and_budgets() -> None:
    limits = read(TYPICAL).limits
    assert {
        "subject": "model",
        "subject_id": "assistant",
        "metric": "requests",
        "period": "minute",
        "amount": 66,
    } in (limits)
    assert {
        "subject": "organisation",
        "subject_id": "",
        "metric": "cost",
        "period": "month",
        "amount": "100.5",
    } in (limits)
    assert [each["amount"] for each in limits if each["metric"] == "concurrency"] == [50]
    assert [each["amount"] for each in limits if each["metric"] == "tokens"] == [150_000]


@pytest.mark.parametrize(
    "where",
    [
        "model_list[1].litellm_params.timeout",
        "model_list[3]",
        "router_settings.num_retries",
        "litellm_settings.drop_params",
        "litellm_settings.success_callback",
        "general_settings.master_key",
        "mcp_servers",
    ],
)
def test_what_is_left_out_is_said(where: str) -> None:
    assert notes(read(TYPICAL), where) == [Fate.LEFT_OUT]


def test_no_setting_is_passed_over_in_silence() -> None:
    """Whatever stands in the file is either used or named in the report."""
    odd = """
model_list:
  - model_name: m
    litellm_params: {model: openai/m, api_base: "http://x/v1", never_heard_of: 1}
    model_info: {base_model: gpt-4o}
router_settings: {strange: 1}
litellm_settings: {stranger: 1}
general_settings: {strangest: 1}
unheard: 1
"""
    places = [note.where for note in read(odd).notes if note.fate is Fate.LEFT_OUT]
    assert sorted(places) == [
        "general_settings.strangest",
        "litellm_settings.stranger",
        "model_list[0].litellm_params.never_heard_of",
        "model_list[0].model_info.base_model",
        "router_settings.strange",
        "unheard",
    ]


def test_a_key_that_is_not_set_is_said_and_no_key_is_shown() -> None:
    plan = read("model_list: [{model_name: m, litellm_params: {model: groq/m, api_key: os.environ/NO_SUCH}}]")
    assert notes(plan, "model_list[0].api_key") == [Fate.LEFT_OUT]
    assert "api_key" not in plan.providers[0]
    assert "azure-key" not in str(read(TYPICAL).shown())
    assert read(TYPICAL).shown()["providers"][0]["has_key"] is True  # type: ignore[call-overload,index]


def test_credentials_and_variables_of_the_file() -> None:
    plan = read("""
environment_variables: {MINE: from-the-file}
credential_list:
  - {credential_name: shared, credential_values: {api_key: os.environ/MINE, api_base: "http://gpu/v1"}}
model_list:
  - {model_name: m, litellm_params: {model: openai/m, litellm_credential_name: shared}}
  - {model_name: n, litellm_params: {model: openai/n, litellm_credential_name: nobody}}
""")
    assert (plan.providers[0]["url"], plan.providers[0]["api_key"]) == ("http://gpu/v1", "from-the-file")
    assert notes(plan, "model_list[1].litellm_credential_name") == [Fate.LEFT_OUT]


@pytest.mark.parametrize("base", ["http://x/a", "http://x/a/", "http://x/a/v1", "http://x/a/v1/messages"])
def test_an_address_of_anthropics_ends_in_its_version(base: str) -> None:
    plan = read_litellm(
        {"model_list": [{"model_name": "m", "litellm_params": {"model": "claude-x", "api_base": base}}]},
        ENVIRONMENT.get,
    )
    assert plan.providers[0]["url"] == "http://x/a/v1"


@pytest.mark.parametrize(
    ("written", "upstream", "url"),
    [
        ("ollama/llama3", "llama3", "http://localhost:11434/v1"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5", "https://api.anthropic.com/v1"),
        ("anthropic/claude-x", "claude-x", "https://api.anthropic.com/v1"),
        ("mistral/mistral-large", "mistral-large", "https://api.mistral.ai/v1"),
        ("openrouter/meta/llama", "meta/llama", "https://openrouter.ai/api/v1"),
        ("gpt-4o", "gpt-4o", "https://api.openai.com/v1"),
    ],
)
def test_names_of_vendors(written: str, upstream: str, url: str) -> None:
    plan = read_litellm(
        {"model_list": [{"model_name": "m", "litellm_params": {"model": written}}]}, ENVIRONMENT.get
    )
    assert (plan.deployments[0]["upstream_name"], plan.providers[0]["url"]) == (upstream, url)


@pytest.mark.parametrize("text", ["", "[]", "services: {web: {}}", "model_list"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(ImportFileError):
        read(text)
