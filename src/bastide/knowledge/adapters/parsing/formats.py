"""Which reader reads which media type."""

from bastide.knowledge.adapters.parsing import media_type, office, ole
from bastide.knowledge.adapters.parsing.csv_tables import read_csv
from bastide.knowledge.adapters.parsing.docx import read_docx
from bastide.knowledge.adapters.parsing.epub import read_epub
from bastide.knowledge.adapters.parsing.html import read_html
from bastide.knowledge.adapters.parsing.image import read_image
from bastide.knowledge.adapters.parsing.libreoffice import either, through
from bastide.knowledge.adapters.parsing.mail import read_eml
from bastide.knowledge.adapters.parsing.markdown import read_markdown
from bastide.knowledge.adapters.parsing.msg import read_msg
from bastide.knowledge.adapters.parsing.opendocument import read_odp, read_odt
from bastide.knowledge.adapters.parsing.pdf import read_pdf
from bastide.knowledge.adapters.parsing.plain import read_plain
from bastide.knowledge.adapters.parsing.pptx import read_pptx
from bastide.knowledge.adapters.parsing.source import Reader
from bastide.knowledge.adapters.parsing.structured import read_json, read_json_lines, read_xml

_ODF = "application/vnd.oasis.opendocument."
_xlsx = office.reader(media_type.XLSX, sheets=True)
# Headings, tables and slides survive a conversion; without LibreOffice there is still the text.
_doc = either(through(".doc", "docx", read_docx), office.reader(ole.DOC, lines=True))
_ppt = either(through(".ppt", "pptx", read_pptx), office.reader(ole.PPT))
_xls = either(office.reader(ole.XLS, sheets=True), through(".xls", "xlsx", _xlsx))

READERS: dict[str, Reader] = {
    "application/pdf": read_pdf,
    "application/rtf": office.reader("application/rtf"),
    media_type.DOCX: read_docx,
    media_type.PPTX: read_pptx,
    media_type.XLSX: _xlsx,
    media_type.XLSB: office.reader(media_type.XLSB, sheets=True),
    media_type.EPUB: read_epub,
    ole.DOC: _doc,
    ole.XLS: _xls,
    ole.PPT: _ppt,
    ole.MSG: read_msg,
    f"{_ODF}text": read_odt,
    f"{_ODF}spreadsheet": office.reader(f"{_ODF}spreadsheet", sheets=True),
    f"{_ODF}presentation": read_odp,
    "message/rfc822": read_eml,
    "text/html": read_html,
    "text/markdown": read_markdown,
    "text/x-rst": office.reader("text/x-rst"),
    "text/x-org": office.reader("text/x-org"),
    "text/csv": read_csv,
    "text/tab-separated-values": read_csv,
    "application/json": read_json,
    "application/x-ndjson": read_json_lines,
    "application/xml": read_xml,
    "image/png": read_image,
    "image/jpeg": read_image,
    "image/tiff": read_image,
    "image/webp": read_image,
    media_type.PLAIN: read_plain,
}
