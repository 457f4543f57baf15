"""What a folder of an exported sentence-transformers model says of itself.

`model.onnx` (or `onnx/model.onnx`) and `tokenizer.json` must be there. Read where they are: how the vectors
of tokens become one (`1_Pooling/config.json`), how much the model reads (`sentence_bert_config.json`), what
comes before questions and passages (`prompts` of `config_sentence_transformers.json`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bastide.models.domain.errors import EmbedderFolderError

_GRAPHS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
_PASSAGE_PROMPTS = ("passage", "document")
_MAX_TOKENS = 512
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


class Pooling(StrEnum):
    """How the vectors of a text's tokens become one."""

    MEAN = "mean"
    CLS = "cls"
    MAX = "max"
    LAST = "lasttoken"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What was found; `digest` is of every file that the vectors depend on."""

    path: Path
    graph: Path
    tokenizer: Path
    pooling: Pooling
    max_tokens: int
    query_prefix: str
    passage_prefix: str

    @property
    def digest(self) -> str:
        whole = hashlib.sha256()
        data = sorted(self.graph.parent.glob("*.onnx_data")) + sorted(self.graph.parent.glob("*.onnx.data"))
        for file in (self.graph, *data, self.tokenizer):
            with file.open("rb") as opened:
                whole.update(hashlib.file_digest(opened, "sha256").digest())
        read = (self.pooling, self.max_tokens, self.query_prefix, self.passage_prefix)
        whole.update(repr([str(part) for part in read]).encode())
        return whole.hexdigest()


def read_folder(
    path: Path,
    *,
    pooling: str | None = None,
    max_tokens: int | None = None,
    query_prefix: str | None = None,
    passage_prefix: str | None = None,
) -> ModelFolder:
    """What is given goes before what the folder says. Raises EmbedderFolderError."""
    path = path.expanduser().resolve()
    graph = next((path / name for name in _GRAPHS if (path / name).is_file()), None)
    if graph is None or not (path / _TOKENIZER).is_file():
        raise EmbedderFolderError(
            f"{path} is not the folder of an ONNX model: model.onnx and tokenizer.json must be there.",
            folder=str(path),
        )
    _refuse_more_layers(path)
    prompts: Mapping[str, str] = (
        _json(path / "config_sentence_transformers.json", _NOTHING).get("prompts") or _NOTHING
    )
    passage = next((prompts[name] for name in _PASSAGE_PROMPTS if name in prompts), "")
    most = (
        max_tokens or _json(path / "sentence_bert_config.json", _NOTHING).get("max_seq_length") or _MAX_TOKENS
    )
    return ModelFolder(
        path=path,
        graph=graph,
        tokenizer=path / _TOKENIZER,
        pooling=Pooling(pooling)
        if pooling
        else _pooling(_json(path / "1_Pooling" / "config.json", _NOTHING)),
        max_tokens=most,
        query_prefix=prompts.get("query", "") if query_prefix is None else query_prefix,
        passage_prefix=passage if passage_prefix is None else passage_prefix,
    )


def _pooling(config: Mapping[str, Any]) -> Pooling:
    """The mean where nothing is said. Raises EmbedderFolderError."""
    names = {
        "pooling_mode_mean_tokens": Pooling.MEAN,
        "pooling_mode_cls_token": Pooling.CLS,
        "pooling_mode_max_tokens": Pooling.MAX,
        "pooling_mode_lasttoken": Pooling.LAST,
    }
    chosen = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    if not chosen:
        return Pooling.MEAN
    if len(chosen) > 1 or chosen[0] not in names:
        raise EmbedderFolderError(f"1_Pooling/config.json asks for {', '.join(chosen)}: not supported.")
    return names[chosen[0]]


def _refuse_more_layers(path: Path) -> None:
    """Layers after the pooling would be in files of their own, which the graph knows nothing of."""
    modules = _json(path / "modules.json", [])
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    if strange := [kind for kind in kinds if kind not in _MODULES]:
        raise EmbedderFolderError(
            f"{path} has layers beside the ONNX graph that cannot be run: {', '.join(strange)}.",
            folder=str(path),
        )


def _json(path: Path, default: Any) -> Any:
    """What the file holds; `default` without one."""
    if not path.is_file():
        return default
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise EmbedderFolderError(f"{path} cannot be read: {error}.", folder=str(path.parent)) from error
