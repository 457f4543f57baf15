"""Probes of what this machine has."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bastide.operations.domain.check import Check, CheckState

_LOW_DISK_BYTES = 2 * 1024**3
_OCR_LANGUAGES = frozenset({"eng", "fra"})
_OCR_HINT = "sudo apt-get install tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng"


class DiskProbe:
    """Room for documents."""

    name = "disk"
    needed = False

    def __init__(self, home: Path) -> None:
        self._home = home

    async def check(self) -> Check:
        usage = await asyncio.to_thread(shutil.disk_usage, self._home)
        free = f"{usage.free / 1024**3:.1f} GiB free in {self._home}"
        if usage.free < _LOW_DISK_BYTES:
            return Check(self.name, CheckState.WARNING, free, "disk.low", "Make room or move the home.")
        return Check(self.name, CheckState.OK, free)


class OcrProbe:
    """Tesseract, for scanned pages."""

    name = "ocr"
    needed = False

    async def languages(self) -> frozenset[str] | None:
        """What Tesseract reads of French and English; None without Tesseract."""
        program = shutil.which("tesseract")
        if program is None:
            return None
        process = await asyncio.create_subprocess_exec(
            program, "--list-langs", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await process.communicate()
        return _OCR_LANGUAGES & set(output.decode("utf-8", "replace").split())

    async def check(self) -> Check:
        languages = await self.languages()
        if languages is None:
            message = "Tesseract is not installed: scanned pages cannot be read"
            return Check(self.name, CheckState.WARNING, message, "ocr.missing", _OCR_HINT)
        if missing := _OCR_LANGUAGES - languages:
            message = f"Tesseract lacks {', '.join(sorted(missing))}: scanned pages are read less well"
            return Check(self.name, CheckState.WARNING, message, "ocr.language_missing", _OCR_HINT)
        return Check(self.name, CheckState.OK, "Tesseract with French and English")


class PageProbe:
    """The built web application."""

    name = "page"
    needed = False

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def check(self) -> Check:
        if (self._directory / "index.html").is_file():
            return Check(self.name, CheckState.OK, "built")
        return Check(self.name, CheckState.WARNING, "the page is not built", "page.missing", "make web")


class SettingsProbe:
    """Variables that look like settings and are none."""

    name = "settings"
    needed = False

    def __init__(self, strays: Sequence[str]) -> None:
        self._strays = strays

    async def check(self) -> Check:
        if not self._strays:
            return Check(self.name, CheckState.OK, "every BASTIDE_ variable is known")
        message = f"not settings, and without effect: {', '.join(self._strays)}"
        hint = "Settings of a part take two underscores: BASTIDE_DOCUMENTS__PARSE_TIMEOUT_S."
        return Check(self.name, CheckState.WARNING, message, "settings.unknown", hint)


class FallbacksProbe:
    """Models that others are to help out, and the helpers that are not there."""

    name = "fallbacks"
    needed = False

    def __init__(self, lost: Callable[[], Sequence[str]]) -> None:
        self._lost = lost

    async def check(self) -> Check:
        if lost := self._lost():
            message = f"models that are not there: {', '.join(lost)}"
            hint = "Name another model as fallback, in bastide.toml or on the page of the models."
            return Check(self.name, CheckState.WARNING, message, "gateway.fallback_unknown", hint)
        return Check(self.name, CheckState.OK, "every fallback is there")


class PythonProbe:
    """The interpreter."""

    name = "python"
    needed = False

    async def check(self) -> Check:
        return Check(self.name, CheckState.OK, sys.version.split()[0])


class CallProbe:
    """Any component that says by itself how it is; used for backends, whose adapters the app names."""

    def __init__(self, name: str, call: Callable[[], Awaitable[str]], *, needed: bool = True) -> None:
        self.name = name
        self.needed = needed
        self._call = call

    async def check(self) -> Check:
        return Check(self.name, CheckState.OK, await self._call())
