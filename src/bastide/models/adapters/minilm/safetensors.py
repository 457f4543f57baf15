"""Reads where each tensor lies in a safetensors file: 8 bytes of length, a JSON header, then the data."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """`offset` and `length` in bytes, from the beginning of the file."""

    shape: tuple[int, ...]
    offset: int
    length: int


def read_places(path: Path) -> dict[str, TensorPlace]:
    """The 32-bit float tensors by name."""
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    return {
        name: TensorPlace(
            tuple(entry["shape"]),
            8 + size + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def read_tensor(path: Path, place: TensorPlace) -> npt.NDArray[np.float32]:
    count = place.length // 4
    return np.fromfile(path, "<f4", count, offset=place.offset).reshape(place.shape)
