"""From a file to its text: find out what it is, and let the reader of that format read it."""

from bastide.knowledge.adapters.parsing import ocr
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.formats import READERS
from bastide.knowledge.adapters.parsing.media_type import detect
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.unlock import unlocked
from bastide.knowledge.domain.errors import DocumentEmptyError, DocumentUnsupportedError
from bastide.knowledge.domain.extraction import ExtractedText


def read(source: Source) -> ExtractedText:
    """Raises one of the errors of `knowledge.domain.errors`."""
    source = unlocked(source)
    media_type = detect(source.path, source.filename)
    reader = READERS.get(media_type)
    if reader is None:
        raise DocumentUnsupportedError(
            "Bastide does not read files of this kind.", media_type=media_type, filename=source.filename
        )
    builder = TextBuilder(source.limits.max_text_chars)
    reader(source, builder)
    if builder.is_empty and not builder.attachments:
        raise _empty(builder, source)
    return builder.build(media_type)


def _empty(builder: TextBuilder, source: Source) -> DocumentEmptyError:
    if ocr.UNAVAILABLE in builder.warnings:
        return DocumentEmptyError(
            f"There are only pictures in the file, and no OCR to read them. Install it: {ocr.INSTALL}",
            filename=source.filename,
            warning=ocr.UNAVAILABLE,
            install=ocr.INSTALL,
        )
    return DocumentEmptyError("There is no text in the file.", filename=source.filename)
