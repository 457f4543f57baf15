"""What `embedder_url` says.

`minilm:`, `none:`, `onnx:/folder?…` or `openai+https://host/v1?model=…&…`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

EmbedderKind = Literal["minilm", "none", "onnx", "openai"]

_SCHEMES: Mapping[str, EmbedderKind] = {
    "minilm": "minilm",
    "none": "none",
    "onnx": "onnx",
    "openai+http": "openai",
    "openai+https": "openai",
}
_COMMON = frozenset({"name", "max_tokens", "query_prefix", "passage_prefix"})
_OPTIONS: Mapping[EmbedderKind, frozenset[str]] = {
    "minilm": frozenset(),
    "none": frozenset(),
    "onnx": _COMMON | {"pooling"},
    "openai": _COMMON | {"model", "dimensions", "batch"},
}
_WHOLE_NUMBERS = ("max_tokens", "dimensions", "batch")
_POOLINGS = ("mean", "cls", "max", "lasttoken")


@dataclass(frozen=True, slots=True)
class EmbedderUrl:
    """`place` is a folder or the address of a server; `options` are all known and well formed."""

    kind: EmbedderKind
    place: str
    options: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.options.get(name)

    def number(self, name: str) -> int | None:
        value = self.options.get(name)
        return None if value is None else int(value)


def parse_embedder_url(url: str) -> EmbedderUrl:
    """Raises ValueError with what is wrong."""
    parts = urlsplit(url)
    kind = _SCHEMES.get(parts.scheme)
    if kind is None:
        raise ValueError(
            f"'{parts.scheme}:' is not supported; one of {', '.join(f'{one}:' for one in _SCHEMES)}"
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    place = ""
    if kind == "onnx":
        place = unquote(parts.netloc + parts.path)
    elif kind == "openai":
        place = f"{parts.scheme.removeprefix('openai+')}://{parts.netloc}{parts.path}"
    if mistakes := _mistakes(kind, place, parts.hostname, parts.password, options):
        raise ValueError("; ".join(mistakes))
    return EmbedderUrl(kind, place, options)


def _mistakes(
    kind: EmbedderKind, place: str, host: str | None, password: str | None, options: Mapping[str, str]
) -> list[str]:
    found = [f"'{name}' is not an option of {kind}" for name in sorted(set(options) - _OPTIONS[kind])]
    found += [
        f"'{name}' is a whole number above 0"
        for name in _WHOLE_NUMBERS
        if name in options and not (options[name].isdecimal() and int(options[name]) > 0)
    ]
    if options.get("pooling", "mean") not in _POOLINGS:
        found.append(f"'pooling' is one of {', '.join(_POOLINGS)}")
    if kind == "onnx" and not place:
        found.append("the model's folder is missing: onnx:/path/to/model")
    if kind == "openai" and not host:
        found.append("the server is missing: openai+http://host/v1?model=…")
    if kind == "openai" and not options.get("model"):
        found.append("'model' is missing: openai+http://host/v1?model=…")
    if password is not None:
        found.append("the key belongs into embedder_key")
    return found
