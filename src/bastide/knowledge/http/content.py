"""The route of the bytes that were uploaded."""

import re
from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from bastide.identity.contract import Principal
from bastide.knowledge.domain.media_type import INLINE
from bastide.knowledge.usecases.read_content import ReadContent

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# What was uploaded is somebody else's: shown, it may run nothing and reach nothing.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "bytes",
}


def content_router(content: ReadContent, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    @router.get("/{document_id}/content", response_class=Response)
    async def read_content(
        request: Request, document_id: str, version: int | None = None, asks: Principal = caller
    ) -> Response:
        document, found = await content(asks, document_id, version)
        headers = {**_SAFE, "Content-Disposition": _disposition(document.filename, found.media_type)}
        stretch = _stretch(request.headers.get("range"), found.size)
        if stretch is None:
            headers["Content-Range"] = f"bytes */{found.size}"
            return Response(status_code=416, headers=headers)
        start, end = stretch
        headers["Content-Length"] = str(end - start)
        partial = end - start < found.size
        if partial:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
        media_type = "text/plain; charset=utf-8" if found.media_type == "text/plain" else found.media_type
        return StreamingResponse(
            content.bytes(found, start, end), 206 if partial else 200, headers, media_type
        )

    return router


def _stretch(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and exclusive end of the one range asked for (RFC 9110, section 14.1.2); all of it where there is
    none that can be understood; None where it lies outside.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or not any(match.groups()):
        return 0, size
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    return (start, end) if start < end else None


def _disposition(filename: str, media_type: str) -> str:
    kind = "inline" if media_type in INLINE else "attachment"
    return f"{kind}; filename*=UTF-8''{quote(filename, safe='')}"
