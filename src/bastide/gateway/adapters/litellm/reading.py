"""The whole file."""

from bastide.gateway.adapters.litellm.model_list import Reading, read_models
from bastide.gateway.adapters.litellm.plan import Plan
from bastide.gateway.adapters.litellm.settings import read_routing, read_settings, why_not
from bastide.gateway.adapters.litellm.values import Environment, rows, table, text
from bastide.gateway.adapters.litellm.weights import weigh
from bastide.gateway.domain.errors import ImportFileError
from bastide.kit.json import Json

_SECTIONS = ("router_settings", "litellm_settings", "general_settings")
_READ = frozenset({"model_list", "environment_variables", "credential_list", *_SECTIONS})


def read_litellm(config: Json, environment: Environment) -> Plan:
    """What a `config.yaml` of LiteLLM becomes.

    `environment` says what `os.environ/NAME` means; the file's own `environment_variables` come first.

    Raises:
        ImportFileError: it is no such file.
    """
    if not isinstance(config, dict) or not _READ & config.keys():
        raise ImportFileError("This is no configuration of LiteLLM: it has none of its sections.")
    own = table(config.get("environment_variables"))

    def lookup(name: str) -> str | None:
        return text(own.get(name)) or environment(name)

    plan = Plan()
    reading = Reading(plan, lookup)
    for entry in rows(config.get("credential_list")):
        if name := text(table(entry).get("credential_name")):
            reading.credentials[name] = table(table(entry).get("credential_values"))
    read_models(reading, config.get("model_list"))
    sections = {name: table(config.get(name)) for name in _SECTIONS}
    weigh(plan, reading.places, text(sections["router_settings"].get("routing_strategy")))
    read_routing(plan, sections["router_settings"], sections["litellm_settings"])
    for name, found in sections.items():
        read_settings(plan, name, found)
    for name in config.keys() - _READ:
        plan.left_out(name, why_not(name))
    return plan
