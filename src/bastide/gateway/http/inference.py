"""The inference routes in the OpenAPI document.

They are no FastAPI routes: bodies pass as bytes, so that every object is open and only what we read is named.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bastide.gateway.domain.call import Operation

Schema = dict[str, Any]

_TEXT: Mapping[str, Any] = MappingProxyType({"type": "string"})
_NUMBER: Mapping[str, Any] = MappingProxyType({"type": "number"})
_WHOLE: Mapping[str, Any] = MappingProxyType({"type": "integer", "minimum": 1})
_FLAG: Mapping[str, Any] = MappingProxyType({"type": "boolean"})
_ANY: Mapping[str, Any] = MappingProxyType({})
_OBJECTS: Mapping[str, Any] = MappingProxyType({"type": "array", "items": {"type": "object"}})
_JSON = "application/json"
_STREAM = "text/event-stream"
_FORM = "multipart/form-data"
_ANTHROPICS = frozenset({Operation.MESSAGES, Operation.COUNT_TOKENS})


def inference_paths() -> Schema:
    """Paths of an OpenAPI document; the same hold below `/api`."""
    paths: Schema = {f"/v1/{operation.value}": {"post": _post(operation)} for operation in Operation}
    listing = _object(object=_TEXT, data=_OBJECTS)
    name: Schema = {"name": "model", "in": "path", "required": True, "schema": {"type": "string"}}
    paths["/v1/models"] = {"get": _operation("What the key may use", {_JSON: listing})}
    one = _operation("One model", {_JSON: _object(id=_TEXT)})
    paths["/v1/models/{model}"] = {"get": {**one, "parameters": [name]}}
    return paths


def _post(operation: Operation) -> Schema:
    summary, kind, body, answers = _DESCRIBED[operation]
    found = _operation(summary, answers, anthropic=operation in _ANTHROPICS)
    return {**found, "requestBody": {"required": True, "content": {kind: {"schema": body}}}}


def _operation(summary: str, answers: Mapping[str, Schema], *, anthropic: bool = False) -> Schema:
    error = _object("error", error=_object("message", message=_TEXT, type=_TEXT, code=_ANY, param=_ANY))
    if anthropic:
        error["properties"]["type"] = {"type": "string"}
    told: Schema = {
        "description": "An error, in the shape of the protocol",
        "content": {_JSON: {"schema": error}},
    }
    content = {kind: {"schema": dict(schema)} for kind, schema in answers.items()}
    return {
        "tags": ["inference"],
        "summary": summary,
        "responses": {"200": {"description": "The answer", "content": content}, "default": told},
    }


def _object(*required: str, **properties: Mapping[str, Any]) -> Schema:
    """An open object."""
    found: Schema = {"type": "object", "additionalProperties": True}
    found["properties"] = {name: dict(schema) for name, schema in properties.items()}
    return found | ({"required": list(required)} if required else {})


def _asked(*required: str, **properties: Mapping[str, Any]) -> Schema:
    return _object("model", *required, model=_TEXT, **properties)


_GROUNDED = _object(
    collections={"type": "array", "items": {"type": "string"}},
    filters={"type": "object"},
    top_k=_WHOLE,
    language={"type": "string", "enum": ["fr", "en"]},
)
_SAMPLING: Mapping[str, Any] = MappingProxyType(
    {"temperature": _NUMBER, "top_p": _NUMBER, "stream": _FLAG, "tools": _OBJECTS, "bastide": _GROUNDED}
)
_WRITTEN: Mapping[str, Schema] = MappingProxyType({_JSON: _object(), _STREAM: {"type": "string"}})
_WHOLE_ONLY: Mapping[str, Schema] = MappingProxyType({_JSON: _object()})
_HEARD: Mapping[str, Schema] = MappingProxyType(
    {_JSON: _object(), _STREAM: {"type": "string"}, "text/plain": {"type": "string"}}
)
_SOUND: Schema = {"type": "string", "format": "binary"}
_FILE = _asked("file", file=_SOUND, stream=_FLAG)
_DESCRIBED: Mapping[Operation, tuple[str, str, Schema, Mapping[str, Schema]]] = MappingProxyType(
    {
        Operation.CHAT: (
            "OpenAI's chat completions",
            _JSON,
            _asked(
                "messages",
                messages=_OBJECTS,
                max_completion_tokens=_WHOLE,
                stop=_ANY,
                tool_choice=_ANY,
                parallel_tool_calls=_FLAG,
                response_format={"type": "object"},
                reasoning_effort=_TEXT,
                stream_options={"type": "object"},
                **_SAMPLING,
            ),
            _WRITTEN,
        ),
        Operation.MESSAGES: (
            "Anthropic's messages",
            _JSON,
            _asked(
                "messages",
                "max_tokens",
                messages=_OBJECTS,
                max_tokens=_WHOLE,
                system=_ANY,
                stop_sequences={"type": "array", "items": {"type": "string"}},
                tool_choice={"type": "object"},
                thinking={"type": "object"},
                output_config={"type": "object"},
                **_SAMPLING,
            ),
            _WRITTEN,
        ),
        Operation.COUNT_TOKENS: (
            "How many tokens a message has",
            _JSON,
            _asked("messages", messages=_OBJECTS, system=_ANY, tools=_OBJECTS),
            MappingProxyType({_JSON: _object("input_tokens", input_tokens={"type": "integer"})}),
        ),
        Operation.RESPONSES: (
            "OpenAI's responses, without memory",
            _JSON,
            _asked(
                "input",
                input=_ANY,
                instructions=_TEXT,
                max_output_tokens=_WHOLE,
                tool_choice=_ANY,
                parallel_tool_calls=_FLAG,
                reasoning={"type": "object"},
                text={"type": "object"},
                store=_FLAG,
                **_SAMPLING,
            ),
            _WRITTEN,
        ),
        Operation.COMPLETIONS: (
            "OpenAI's completions",
            _JSON,
            _asked(prompt=_ANY, max_tokens=_WHOLE, stream=_FLAG),
            _WRITTEN,
        ),
        Operation.EMBEDDINGS: (
            "Vectors of texts",
            _JSON,
            _asked("input", input=_ANY, encoding_format=_TEXT, dimensions=_WHOLE),
            _WHOLE_ONLY,
        ),
        Operation.RERANK: (
            "Documents by how well they answer a query",
            _JSON,
            _asked(query=_TEXT, documents={"type": "array"}, top_n=_WHOLE),
            _WHOLE_ONLY,
        ),
        Operation.TRANSCRIPTIONS: ("What is said in a recording", _FORM, _FILE, _HEARD),
        Operation.TRANSLATIONS: ("The same in English", _FORM, _FILE, _HEARD),
        Operation.SPEECH: (
            "A text spoken",
            _JSON,
            _asked(input=_TEXT, voice=_ANY, response_format=_TEXT),
            MappingProxyType({"audio/*": _SOUND}),
        ),
        Operation.IMAGES: (
            "Images of a text",
            _JSON,
            _asked(prompt=_TEXT, n=_WHOLE, size=_TEXT),
            _WHOLE_ONLY,
        ),
    }
)
