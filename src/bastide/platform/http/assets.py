"""Serves the built web application: hashed assets for ever, the one page for every other path."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",  # pdf.js decodes JPEG 2000 in WebAssembly
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)
PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(_DIRECTIVES),
    "Cache-Control": "no-cache",
}


class WebApplication:
    """An ASGI application over a directory that `npm run build` made."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files = StaticFiles(directory=directory, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/assets/"):
            await self._asset(scope, receive, _with_cache(send))
            return
        path = self._directory / scope["path"].lstrip("/")
        if scope["path"] != "/" and path.parent == self._directory and path.is_file():
            await FileResponse(path, headers={"Cache-Control": "no-cache"})(scope, receive, send)
            return
        page = self._directory / "index.html"
        if not page.is_file():
            text = "The web application is not built here. Run: make web\n"
            await PlainTextResponse(text, 503)(scope, receive, send)
            return
        await FileResponse(page, headers=PAGE_HEADERS)(scope, receive, send)

    async def _asset(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._files(scope, receive, send)
        except HTTPException as error:  # no such file, or not by this method
            await PlainTextResponse(f"{error.detail}\n", error.status_code)(scope, receive, send)


def _with_cache(send: Send) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in {200, 206, 304}:
            message["headers"] = [
                *message["headers"],
                (b"cache-control", b"public, max-age=31536000, immutable"),
            ]
        await send(message)

    return wrapped
