"""all-MiniLM-L6-v2 as an ONNX graph whose weights stay in the published safetensors file.

BERT (Devlin et al., 2019) with 6 layers of width 384 and 12 heads, then the mean over the tokens, scaled to
length one. The operators of the domain com.microsoft are fused ones that ONNX Runtime brings.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

from bastide.models.adapters.minilm import protobuf
from bastide.models.adapters.minilm.protobuf import Attribute, ElementType, Inline, Stored
from bastide.models.adapters.minilm.safetensors import read_places

LAYERS = 6
HEADS = 12
WIDTH = 384
_EPSILON = 1e-12
_FUSED = "com.microsoft"


class GraphBuilder:
    """Collects nodes and tensors; every method that adds a node returns the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._tensors: dict[str, bytes] = {}

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(protobuf.node(operator, inputs, [output], domain, attributes))
        return output

    def tensor(self, name: str, content: Stored | Inline) -> str:
        self._tensors.setdefault(name, protobuf.tensor(name, content))
        return name

    def integers(self, *values: int) -> str:
        """A constant vector of 64-bit integers."""
        name = f"ints_{'_'.join(map(str, values))}"
        return self.tensor(
            name, Inline(ElementType.INT64, (len(values),), struct.pack(f"<{len(values)}q", *values))
        )

    def build(self, inputs: Sequence[bytes], output: str) -> bytes:
        """The model's bytes; `output` is the vectors."""
        self._nodes.append(protobuf.node("Identity", [output], ["vectors"], "", {}))
        graph = b"".join(
            [
                *(protobuf.data(1, node) for node in self._nodes),
                protobuf.data(2, "all-minilm-l6-v2"),
                *(protobuf.data(5, tensor) for tensor in self._tensors.values()),
                *(protobuf.data(11, item) for item in inputs),
                protobuf.data(12, protobuf.value("vectors", ElementType.FLOAT, ("batch", WIDTH))),
            ]
        )
        return protobuf.model(graph, {"": 20, _FUSED: 1})


def minilm_graph(weights: Path) -> bytes:
    """The model; it must be written beside `weights`.

    Inputs `ids` and `mask` (1 for a token, 0 for padding), both int32 of (batch, tokens); output `vectors`.
    """
    places = read_places(weights)
    graph = GraphBuilder()

    def stored(name: str) -> str:
        place = places[name]
        content = Stored(ElementType.FLOAT, place.shape, weights.name, place.offset, place.length)
        return graph.tensor(name, content)

    def linear(inner: str, name: str) -> str:
        return graph.add("Gemm", inner, stored(f"{name}.weight"), stored(f"{name}.bias"), transB=1)

    def normalised(inner: str, skip: str, name: str) -> str:
        return graph.add(
            "SkipLayerNormalization",
            inner,
            skip,
            stored(f"{name}.LayerNorm.weight"),
            stored(f"{name}.LayerNorm.bias"),
            domain=_FUSED,
            epsilon=_EPSILON,
        )

    shape = graph.add("Shape", "ids")
    size = graph.add("Slice", shape, graph.integers(1), graph.integers(2))
    wide = graph.add("Concat", shape, graph.integers(WIDTH), axis=0)
    flat = graph.integers(-1, WIDTH)

    words = graph.add("Gather", stored("embeddings.word_embeddings.weight"), "ids")
    positions = graph.add(
        "Slice", stored("embeddings.position_embeddings.weight"), graph.integers(0), size, graph.integers(0)
    )
    kinds = graph.add("Gather", stored("embeddings.token_type_embeddings.weight"), graph.integers(0), axis=0)
    place = graph.add("Expand", graph.add("Add", positions, kinds), wide)
    hidden = graph.add("Reshape", normalised(words, place, "embeddings"), flat)

    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        projected = (
            graph.add("Reshape", linear(hidden, f"{name}.attention.self.{part}"), wide)
            for part in ("query", "key", "value")
        )
        mixed = graph.add("MultiHeadAttention", *projected, "", "mask", domain=_FUSED, num_heads=HEADS)
        mixed = linear(graph.add("Reshape", mixed, flat), f"{name}.attention.output.dense")
        hidden = normalised(mixed, hidden, f"{name}.attention.output")
        inner = graph.add("Gelu", linear(hidden, f"{name}.intermediate.dense"))
        hidden = normalised(linear(inner, f"{name}.output.dense"), hidden, f"{name}.output")

    weight = graph.add("Unsqueeze", graph.add("Cast", "mask", to=ElementType.FLOAT), graph.integers(1))
    total = graph.add("MatMul", weight, graph.add("Reshape", hidden, wide))
    vectors = graph.add("LpNormalization", graph.add("Squeeze", total, graph.integers(1)), axis=1, p=2)
    inputs = [protobuf.value(name, ElementType.INT32, ("batch", "tokens")) for name in ("ids", "mask")]
    return graph.build(inputs, vectors)
