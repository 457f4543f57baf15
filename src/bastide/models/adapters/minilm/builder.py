"""Collects the nodes and tensors of an ONNX graph."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bastide.models.adapters.minilm import protobuf
from bastide.models.adapters.minilm.protobuf import Attribute, ElementType, Inline, Stored
from bastide.models.adapters.minilm.safetensors import read_places, read_tensor

FUSED = "com.microsoft"
_OPERATOR_SETS = {"": 20, FUSED: 1}
_KINDS = {"float32": ElementType.FLOAT, "int8": ElementType.INT8}


class GraphBuilder:
    """Every method returns the name under which later nodes refer to its result."""

    def __init__(self, name: str, weights: Path) -> None:
        self._name = name
        self._weights = weights
        self._places = read_places(weights)
        self._nodes: list[bytes] = []
        self._tensors: dict[str, bytes] = {}

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(protobuf.node(operator, inputs, [output], domain, attributes))
        return output

    def stored(self, name: str) -> str:
        """A tensor that stays in the file of weights."""
        place = self._places[name]
        content = Stored(ElementType.FLOAT, place.shape, self._weights.name, place.offset, place.length)
        return self._tensor(name, content)

    def inline(self, name: str, values: npt.NDArray[Any]) -> str:
        """A tensor inside the model; float32 or int8."""
        return self._tensor(name, Inline(_KINDS[values.dtype.name], values.shape, values.tobytes()))

    def integers(self, *values: int) -> str:
        """A constant vector of 64-bit integers."""
        content = Inline(ElementType.INT64, (len(values),), struct.pack(f"<{len(values)}q", *values))
        return self._tensor(f"ints_{'_'.join(map(str, values))}", content)

    def read(self, name: str) -> npt.NDArray[np.float32]:
        """The values of a tensor of the file of weights, for making others of them."""
        return read_tensor(self._weights, self._places[name])

    def build(self, inputs: Sequence[bytes], output: str, shape: Sequence[int | str]) -> bytes:
        """The model's bytes; `output` becomes `vectors`."""
        self._nodes.append(protobuf.node("Identity", [output], ["vectors"], "", {}))
        graph = b"".join(
            [
                *(protobuf.data(1, node) for node in self._nodes),
                protobuf.data(2, self._name),
                *(protobuf.data(5, tensor) for tensor in self._tensors.values()),
                *(protobuf.data(11, item) for item in inputs),
                protobuf.data(12, protobuf.value("vectors", ElementType.FLOAT, shape)),
            ]
        )
        return protobuf.model(graph, _OPERATOR_SETS)

    def _tensor(self, name: str, content: Stored | Inline) -> str:
        self._tensors.setdefault(name, protobuf.tensor(name, content))
        return name
