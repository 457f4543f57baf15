"""Runs the model of a folder on the CPU."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from bastide.models.adapters.batches import batches, cut
from bastide.models.adapters.onnx_folder.folder import ModelFolder, Pooling
from bastide.models.contract import Vectors
from bastide.models.domain.errors import EmbedderFolderError

_ORT: Any = onnxruntime
_STATE: Any = _ORT.capi.onnxruntime_pybind11_state
_FAILURES: tuple[type[Exception], ...] = (
    _STATE.EPFail,
    _STATE.Fail,
    _STATE.InvalidArgument,
    _STATE.InvalidGraph,
    _STATE.InvalidProtobuf,
    _STATE.NoSuchFile,
    _STATE.NotImplemented,
    _STATE.RuntimeException,
    RuntimeError,
    ValueError,
)
_BATCH_TEXTS = 16
_BATCH_TOKENS = 1024
_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids", "position_ids"})
_READY = "sentence_embedding"  # what exports call an output that is pooled already

Ids = npt.NDArray[np.int64]


class OnnxEncoder:
    """`Encoder` by ONNX Runtime. Passages wait for each other; a question waits for nobody."""

    def __init__(self, folder: ModelFolder, name: str, threads: int) -> None:
        """Reads the model: seconds for a large one. Raises EmbedderFolderError."""
        self._folder = folder
        self._name = name
        self._fingerprint = f"onnx:{name}:{folder.digest[:16]}"
        self._tokenizer: Any = Tokenizer.from_file(str(folder.tokenizer))  # its stubs know half of it
        padding = self._tokenizer.padding
        self._pad = int(padding["pad_id"]) if padding else 0
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._session = _open(folder, threads)
        self._inputs = [each.name for each in self._session.get_inputs()]
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = _READY if _READY in outputs else outputs[0]
        if strange := set(self._inputs) - _INPUTS:
            raise EmbedderFolderError(
                f"{folder.graph} wants inputs that a text does not have: {', '.join(sorted(strange))}.",
                folder=str(folder.path),
            )
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def max_tokens(self) -> int:
        return self._folder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        prefixed = [self._folder.passage_prefix + text for text in texts]
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(prefixed)]

    async def passages(self, texts: Sequence[str]) -> Vectors:
        tokens = await asyncio.to_thread(self._tokens, self._folder.passage_prefix, texts)
        parts: dict[int, npt.NDArray[np.float32]] = {}
        for batch in batches(tokens, _BATCH_TEXTS, _BATCH_TOKENS):
            async with self._turn:
                made = await asyncio.to_thread(self._run, [tokens[index] for index in batch])
            parts.update(zip(batch, made, strict=True))
        return np.stack([parts[index] for index in range(len(texts))])

    async def queries(self, texts: Sequence[str], *, hurried: bool = True) -> Vectors:  # noqa: ARG002  # of the port
        return await asyncio.to_thread(lambda: self._run(self._tokens(self._folder.query_prefix, texts)))

    async def close(self) -> None:
        """Nothing is open."""

    def _tokens(self, prefix: str, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch_fast([prefix + text for text in texts])
        return [cut(encoding.ids, self._folder.max_tokens) or [self._pad] for encoding in encodings]

    def _run(self, batch: Sequence[list[int]]) -> Vectors:
        ids = np.full((len(batch), max(map(len, batch))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {
            "input_ids": ids,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(ids),
            "position_ids": np.broadcast_to(np.arange(ids.shape[1]), ids.shape),
        }
        with _translated(self._folder):
            (found,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        found = np.asarray(found, np.float32)
        pooled = found if found.ndim == 2 else _pooled(found, mask, self._folder.pooling)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)


def _open(folder: ModelFolder, threads: int) -> Any:
    options = _ORT.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    with _translated(folder):
        return _ORT.InferenceSession(str(folder.graph), options, providers=["CPUExecutionProvider"])


@contextmanager
def _translated(folder: ModelFolder) -> Generator[None]:
    try:
        yield
    except _FAILURES as error:
        raise EmbedderFolderError(
            f"{folder.graph} cannot be run: {str(error)[:300]}.", folder=str(folder.path)
        ) from error


def _pooled(tokens: npt.NDArray[np.float32], mask: Ids, pooling: Pooling) -> npt.NDArray[np.float32]:
    """(texts, tokens, dimensions) to (texts, dimensions); `mask` is 0 for padding."""
    weight = mask[:, :, None].astype(np.float32)
    if pooling is Pooling.CLS:
        return tokens[:, 0]
    if pooling is Pooling.LAST:
        return tokens[np.arange(len(tokens)), mask.sum(axis=1) - 1]
    if pooling is Pooling.MAX:
        return np.where(weight > 0, tokens, -np.inf).max(axis=1)
    return (tokens * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1.0)
