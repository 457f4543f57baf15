"""Images, by OCR; a TIFF may hold many pages."""

from bastide.knowledge.adapters.parsing import ocr
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.source import Source


def read_image(source: Source, out: TextBuilder) -> None:
    if not ocr.is_available(out):
        return
    pages = ocr.recognise(source.path)
    for number, page in enumerate(pages, 1):
        out.open_page(number, ocr=True)
        for paragraph in page.paragraphs:
            out.paragraph(paragraph)
