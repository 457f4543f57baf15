"""all-MiniLM-L6-v2 as an ONNX graph whose embeddings and biases stay in the published safetensors file.

BERT (Devlin et al., 2019) with 6 layers of width 384 and 12 heads, then the mean over the tokens, scaled to
length one. The operators of the domain com.microsoft are fused ones that ONNX Runtime brings.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from bastide.models.adapters.minilm import protobuf
from bastide.models.adapters.minilm.builder import FUSED, GraphBuilder
from bastide.models.adapters.minilm.protobuf import ElementType

LAYERS = 6
HEADS = 12
WIDTH = 384
_EPSILON = 1e-12

# Input and the name of a layer's weights; returns the output.
Linear: TypeAlias = Callable[[GraphBuilder, str, str], str]


def exact_linear(graph: GraphBuilder, inner: str, name: str) -> str:
    """In 32-bit floats."""
    return graph.add("Gemm", inner, graph.stored(f"{name}.weight"), graph.stored(f"{name}.bias"), transB=1)


def minilm_graph(weights: Path, linear: Linear = exact_linear) -> bytes:
    """The model; it must be written beside `weights`.

    Inputs `ids` and `mask` (1 for a token, 0 for padding), both int32 of (batch, tokens); output `vectors`.
    """
    graph = GraphBuilder("all-minilm-l6-v2", weights)
    shape = graph.add("Shape", "ids")
    wide = graph.add("Concat", shape, graph.integers(WIDTH), axis=0)
    hidden = _embedded(graph, shape, wide)
    for layer in range(LAYERS):
        hidden = _layer(graph, f"encoder.layer.{layer}", hidden, wide, linear)
    weight = graph.add("Unsqueeze", graph.add("Cast", "mask", to=ElementType.FLOAT), graph.integers(1))
    total = graph.add("MatMul", weight, graph.add("Reshape", hidden, wide))
    vectors = graph.add("LpNormalization", graph.add("Squeeze", total, graph.integers(1)), axis=1, p=2)
    inputs = [protobuf.value(name, ElementType.INT32, ("batch", "tokens")) for name in ("ids", "mask")]
    return graph.build(inputs, vectors, ("batch", WIDTH))


def _embedded(graph: GraphBuilder, shape: str, wide: str) -> str:
    """Words, positions and the kind of the (only) segment, added up; shape (batch x tokens, width)."""
    end = graph.add("Slice", shape, graph.integers(1), graph.integers(2))
    words = graph.add("Gather", graph.stored("embeddings.word_embeddings.weight"), "ids")
    positions = graph.add(
        "Slice",
        graph.stored("embeddings.position_embeddings.weight"),
        graph.integers(0),
        end,
        graph.integers(0),
    )
    kinds = graph.stored("embeddings.token_type_embeddings.weight")
    kind = graph.add("Gather", kinds, graph.integers(0), axis=0)
    places = graph.add("Expand", graph.add("Add", positions, kind), wide)
    return graph.add("Reshape", _normalised(graph, words, places, "embeddings"), graph.integers(-1, WIDTH))


def _layer(graph: GraphBuilder, name: str, hidden: str, wide: str, linear: Linear) -> str:
    projected = [
        graph.add("Reshape", linear(graph, hidden, f"{name}.attention.self.{part}"), wide)
        for part in ("query", "key", "value")
    ]
    mixed = graph.add("MultiHeadAttention", *projected, "", "mask", domain=FUSED, num_heads=HEADS)
    flat = graph.add("Reshape", mixed, graph.integers(-1, WIDTH))
    mixed = linear(graph, flat, f"{name}.attention.output.dense")
    hidden = _normalised(graph, mixed, hidden, f"{name}.attention.output")
    inner = graph.add("Gelu", linear(graph, hidden, f"{name}.intermediate.dense"))
    return _normalised(graph, linear(graph, inner, f"{name}.output.dense"), hidden, f"{name}.output")


def _normalised(graph: GraphBuilder, inner: str, skip: str, name: str) -> str:
    weight, bias = graph.stored(f"{name}.LayerNorm.weight"), graph.stored(f"{name}.LayerNorm.bias")
    return graph.add("SkipLayerNormalization", inner, skip, weight, bias, domain=FUSED, epsilon=_EPSILON)
