"""Which reader reads which media type."""

from bastide.knowledge.adapters.parsing import office
from bastide.knowledge.adapters.parsing.html import read_html
from bastide.knowledge.adapters.parsing.markdown import read_markdown
from bastide.knowledge.adapters.parsing.media_type import DOCX, PLAIN, XLSX
from bastide.knowledge.adapters.parsing.pdf import read_pdf
from bastide.knowledge.adapters.parsing.plain import read_plain
from bastide.knowledge.adapters.parsing.source import Reader

READERS: dict[str, Reader] = {
    "application/pdf": read_pdf,
    PLAIN: read_plain,
    "text/markdown": read_markdown,
    "text/html": read_html,
    DOCX: office.reader(DOCX),
    XLSX: office.reader(XLSX, sheets=True),
    "application/rtf": office.reader("application/rtf"),
}
