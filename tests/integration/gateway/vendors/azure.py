"""A server of ours that speaks Azure OpenAI's interface, the older one and `v1`.

https://learn.microsoft.com/azure/ai-foundry/openai/reference
"""

from urllib.parse import parse_qs, urlsplit

from tests.integration.gateway.upstream import Request
from tests.integration.gateway.vendors.openai import answer_chat
from tests.integration.gateway.vendors.scenes import RefusedError, refuse

_SAFE = {"filtered": False, "severity": "safe"}
_FILTERS = dict.fromkeys(("hate", "self_harm", "sexual", "violence"), _SAFE)
_PROMPT = [{"prompt_index": 0, "content_filter_results": _FILTERS}]
_FILTERED = {
    "message": "The response was filtered due to the prompt triggering Azure OpenAI's content policy.",
    "type": None,
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
    "innererror": {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {"violence": {"filtered": True, "severity": "high"}},
    },
}


async def azure(request: Request) -> None:
    parts = urlsplit(request.path)
    version = parse_qs(parts.query).get("api-version", [""])[0]
    try:
        if request.headers.get("api-key") != "upstream-key":
            refuse("Access denied due to invalid subscription key or wrong API endpoint.", 401)
        if parts.path.startswith("/openai/deployments/") and version != "2024-10-21":
            refuse("Resource not found", 404)
        if parts.path in {"/openai/models", "/openai/v1/models"}:
            request.reply({"object": "list", "data": [{"id": "gpt-everything"}]})
        elif (
            parts.path == "/openai/v1/chat/completions" and not version
        ) or parts.path == "/openai/deployments/my%20gpt/chat/completions":
            _chat(request)
        else:
            refuse("The API deployment for this resource does not exist.", 404)
    except RefusedError as error:
        request.reply({"error": {"code": str(error.status), "message": error.message}}, error.status)


def _chat(request: Request) -> None:
    words = request.json["messages"][-1]["content"]
    if words == "busy":
        error = {"code": "429", "message": "Requests have exceeded the token rate limit."}
        request.reply({"error": error}, 429, retry_after_ms="2500", retry_after="3")
    elif words == "violence":
        request.reply({"error": _FILTERED}, 400)
    else:
        answer_chat(request, prompt_filter_results=_PROMPT)
