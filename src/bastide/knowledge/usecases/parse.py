"""First step: the bytes become a stored text."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bastide.kit.json import JsonObject
from bastide.knowledge.domain.document import Document, Run, Stage
from bastide.knowledge.domain.extraction import ExtractedText
from bastide.knowledge.ports.parser import ParseLimits, ParseProgress, Parser
from bastide.knowledge.ports.store import KnowledgeStore, Parsed
from bastide.knowledge.usecases.attach import Attach
from bastide.knowledge.usecases.attend import Attend, Counter, RunStoppedError
from bastide.knowledge.usecases.materialise import Materialise
from bastide.knowledge.usecases.passwords import Passwords
from bastide.knowledge.usecases.scan import Scan
from bastide.knowledge.usecases.texts import Texts

_SAMPLE_CHARS = 20_000
_FACT_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Parse:
    store: KnowledgeStore
    attend: Attend
    materialise: Materialise
    parser: Parser
    texts: Texts
    passwords: Passwords
    attach: Attach
    detect_language: Callable[[str], str]
    limits: ParseLimits
    scan: Scan

    async def __call__(self, run: Run) -> None:
        """Nothing to do when the version has a text: a retry after a later step goes on from there.

        Raises:
            RunStoppedError.
            BastideError: as the scanner and the parser say.
        """
        document = await self.attend.load(run)
        version = document.latest
        if version.text_key is not None:
            return
        async with self.materialise(version, document.filename) as path:
            extracted = await self.attend(
                run, document, Stage.PARSING, lambda counter: self._extract(run, document, path, counter)
            )
        try:
            await self.attach(document, extracted.attachments)
        finally:
            await self.parser.discard(extracted)
        await self.passwords.forget(run.run_id)
        language = await asyncio.to_thread(self.detect_language, extracted.text[:_SAMPLE_CHARS])
        key = await self.texts.put(version, extracted, language)
        async with self.store.transaction() as unit:
            kept = await unit.runs.parsed(run, _parsed(extracted, key, language))
        if not kept:
            await self.texts.remove(key)
            raise RunStoppedError

    async def _extract(self, run: Run, document: Document, path: Path, counter: Counter) -> ExtractedText:
        def on_progress(progress: ParseProgress) -> None:
            counter.done, counter.total = progress.done, progress.total

        await self.scan(path, counter)
        return await self.parser.parse(
            path,
            document.filename,
            password=await self.passwords.of(run.run_id),
            limits=self.limits,
            on_progress=on_progress,
        )


def _parsed(extracted: ExtractedText, key: str, language: str) -> Parsed:
    facts: JsonObject = {name: value[:_FACT_CHARS] for name, value in extracted.metadata.items() if value}
    if extracted.title:
        facts["title"] = extracted.title[:_FACT_CHARS]
    if ocr_pages := sum(page.ocr for page in extracted.pages):
        facts["ocr_pages"] = ocr_pages
    pages = len(extracted.pages) or None
    return Parsed(key, extracted.media_type, pages, facts, language, extracted.warnings)
