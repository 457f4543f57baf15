"""The picture of all models is put together of parts."""

from bastide.gateway.domain.catalogue import (
    Catalogue,
    Deployment,
    Model,
    Provider,
    ProviderKind,
    Routing,
    embedder_model,
    reader_model,
)
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry, models_of

GPU = Provider("gpu", ProviderKind.OPENAI, "http://gpu/v1")
CLOUD = Provider("cloud", ProviderKind.OPENAI, "https://cloud/v1")


def test_models_of_one_name_share_their_places_and_the_first_says_how() -> None:
    routing = Routing(degrade=True)
    first = Model("m", (Deployment("dep_1", GPU, "m", weight=5),), "gpu", None, routing)
    listed = Model("m", (Deployment("gpu/m", GPU, "m"), Deployment("cloud/m", CLOUD, "m")), "gpu", 4096)
    merged = Catalogue.of([first, listed]).models["m"]
    assert [place.id for place in merged.deployments] == ["dep_1", "cloud/m"]
    assert (merged.routing, merged.context_tokens, merged.deployments[0].weight) == (routing, 4096, 5)


def test_entries_become_models_where_their_provider_is() -> None:
    entries = (
        DeploymentEntry("dep_1", "m", "gpu", "x", context_tokens=100),
        DeploymentEntry("dep_2", "m", "nowhere", "x"),
        DeploymentEntry("dep_3", "m", "cloud", "y", context_tokens=50),
        DeploymentEntry("dep_4", "other", "gpu", "x"),
    )
    (model,) = models_of((ModelEntry("m"),), entries, {"gpu": GPU, "cloud": CLOUD})
    assert [(place.id, place.provider.name) for place in model.deployments] == [
        ("dep_1", "gpu"),
        ("dep_3", "cloud"),
    ]
    assert model.context_tokens == 50
    (alone,) = models_of((ModelEntry("m"),), (), {})
    assert (alone.deployments, alone.built_in) == ((), None)


def test_what_is_built_in() -> None:
    assert reader_model().built_in is ProviderKind.READER
    assert embedder_model("mini", 256).built_in is ProviderKind.EMBEDDER
    assert Model("m", (Deployment("a", GPU, "m"),), "gpu").built_in is None
