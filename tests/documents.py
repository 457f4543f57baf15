"""Small documents of every format, built by hand: no test needs a file that nobody can read."""

# ruff: noqa: E501 (markup is easier to read unbroken)

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import pypdfium2

_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(name, content, stored)
    return file.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def pdf(
    pages: Sequence[Sequence[str]],
    *,
    rotate: int = 0,
    password: str = "",
    title: str = "",
    box: str = "0 0 595 842",
    crop: str = "",
    images: Sequence[bytes] = (),
) -> bytes:
    """Lines of Helvetica from the top; a line that begins with # is set at 20 points, others at 11."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    cropped = f"/CropBox[{crop}]".encode() if crop else b""
    kids: list[int] = []
    for number, lines in enumerate(pages):
        picture = b""
        if number < len(images):
            objects.append(images[number])
            picture = f"/XObject<</I {len(objects)} 0 R>>".encode()
        content = _content(lines) + (b"q 595 0 0 842 0 0 cm /I Do Q" if picture else b"")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        resources = b"<</Font<</F 3 0 R>>%s>>" % picture
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]%s/Rotate %d/Resources%s/Contents %d 0 R>>"
            % (box.encode(), cropped, rotate, resources, len(objects))
        )
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]>>".encode()
    extra = b""
    if title:
        objects.append(b"<</Title(%s)>>" % title.encode("latin-1"))
        extra += b"/Info %d 0 R" % len(objects)
    if password:
        objects, encryption = _encrypted(objects, password)
        extra += encryption
    return _file(objects, extra)


def _content(lines: Sequence[str]) -> bytes:
    parts: list[bytes] = []
    y = 780
    for line in lines:
        size = 20 if line.startswith("#") else 11
        text = (
            line.lstrip("# ")
            .encode("cp1252")
            .replace(b"\\", b"\\\\")
            .replace(b"(", b"\\(")
            .replace(b")", b"\\)")
        )
        parts.append(b"BT /F %d Tf 72 %d Td (%s) Tj ET" % (size, y, text))
        y -= 30 if size == 20 else 14
    return b"\n".join(parts) + b"\n"


def _file(objects: list[bytes], extra: bytes) -> bytes:
    data = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return data + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        extra,
        start,
    )


def _encrypted(objects: list[bytes], password: str) -> tuple[list[bytes], bytes]:
    """The standard handler, revision 2 (40-bit RC4): only streams hold text here."""
    padded = (password.encode() + _PAD)[:32]
    identifier = b"0123456789abcdef"
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)  # noqa: S324 the format says so
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + identifier).digest()[:5]  # noqa: S324
    result: list[bytes] = []
    for number, content in enumerate(objects, 1):
        head, stream, rest = content.partition(b"stream\n")
        if stream:
            salted = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]  # noqa: S324
            rest = rc4(salted, rest.removesuffix(b"\nendstream")) + b"\nendstream"
        result.append(head + stream + rest)
    result.append(
        b"<</Filter/Standard/V 1/R 2/Length 40/P -4/O<%s>/U<%s>>>"
        % (owner.hex().encode(), rc4(key, _PAD).hex().encode())
    )
    trailer = b"/Encrypt %d 0 R/ID[<%s><%s>]" % (
        len(result),
        identifier.hex().encode(),
        identifier.hex().encode(),
    )
    return result, trailer


def rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def pixels(lines: Sequence[str], dpi: int = 150) -> tuple[int, int, bytes]:
    """A page of text as grey pixels: width, height, rows."""
    document = pypdfium2.PdfDocument(pdf([lines]))
    page = document[0]
    bitmap = page.render(scale=dpi / 72, grayscale=True)
    data = bytes(bitmap.buffer)
    rows = b"".join(data[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
    size = bitmap.width, bitmap.height
    bitmap.close()
    page.close()
    document.close()
    return *size, rows


def pdf_image(lines: Sequence[str]) -> bytes:
    """An image object for `pdf(images=...)`: a scanned page."""
    width, height, rows = pixels(lines)
    data = zlib.compress(rows)
    return (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (width, height, len(data), data)
    )


def png(lines: Sequence[str]) -> bytes:
    width, height, rows = pixels(lines)
    raw = b"".join(b"\0" + rows[row * width : (row + 1) * width] for row in range(height))

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(raw)) + part(b"IEND", b"")
    )


def tiff(pages: Sequence[Sequence[str]]) -> bytes:
    """Uncompressed grey pages, one after the other."""
    data = b"II*\0" + struct.pack("<I", 0)
    link = 4
    for lines in pages:
        width, height, rows = pixels(lines)
        strip = len(data)
        data += rows + b"\0" * (len(rows) % 2)
        directory = len(data)
        entries = [
            (256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1),
            (273, 4, strip), (277, 3, 1), (278, 4, height), (279, 4, len(rows)),
        ]  # fmt: skip
        data = data[:link] + struct.pack("<I", directory) + data[link + 4 :]
        data += struct.pack("<H", len(entries))
        data += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        link = len(data)
        data += struct.pack("<I", 0)
    return data


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _openxml(main: str, kind: str, parts: dict[str, str | bytes]) -> bytes:
    """An Office Open XML package, complete enough for other programs to open it."""
    types = "application/vnd.openxmlformats-officedocument." + kind
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/{main}" ContentType="{types}.main+xml"/></Types>',
            "_rels/.rels": _relationships({"r1": ("officeDocument", main)}),
            **parts,
        }
    )


def _relationships(targets: dict[str, tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="{name}" Type="{_LINK}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def docx(paragraphs: Sequence[tuple[str, str]], table: Sequence[Sequence[str]] = ()) -> bytes:
    """(style, text) pairs: Heading1.. or "" or "list"; then a table."""
    body = "".join(
        f"<w:p>{_style(style)}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for style, text in paragraphs
    )
    rows = (
        "".join(f"<w:tc><w:p><w:r><w:t>{escape(cell)}</w:t></w:r></w:p></w:tc>" for cell in row)
        for row in table
    )
    body += f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>" if table else ""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Titre{n}"><w:name w:val="heading {n}"/></w:style>'
        for n in (1, 2, 3)
    )
    return _openxml(
        "word/document.xml",
        "wordprocessingml.document",
        {
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
            "word/_rels/document.xml.rels": _relationships({"r1": ("styles", "styles.xml")}),
        },
    )


def _style(style: str) -> str:
    if style == "list":
        return '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""


def pptx(slides: Sequence[tuple[str, Sequence[str], str]]) -> bytes:
    """(title, paragraphs, notes) of each slide."""
    p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    numbers = range(1, len(slides) + 1)
    parts: dict[str, str | bytes] = {
        "ppt/presentation.xml": f"<p:presentation {p}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in numbers)
        + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relationships(
            {f"r{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}
        ),
    }
    for n, (title, texts, notes) in enumerate(slides, 1):
        body = "".join(f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p>" for text in texts)
        parts[f"ppt/slides/slide{n}.xml"] = (
            f"<p:sld {p}><p:cSld><p:spTree>"
            f'<p:sp><p:nvPr><p:ph type="title"/></p:nvPr><a:p><a:r><a:t>{escape(title)}</a:t></a:r></a:p></p:sp>'
            f'<p:sp><p:nvPr><p:ph idx="1"/></p:nvPr>{body}</p:sp></p:spTree></p:cSld></p:sld>'
        )
        parts[f"ppt/slides/_rels/slide{n}.xml.rels"] = _relationships(
            {"n": ("notesSlide", f"../notesSlides/notesSlide{n}.xml")}
        )
        parts[f"ppt/notesSlides/notesSlide{n}.xml"] = (
            f'<p:notes {p}><p:sp><p:nvPr><p:ph type="body"/></p:nvPr>'
            f"<a:p><a:r><a:t>{escape(notes)}</a:t></a:r></a:p></p:sp></p:notes>"
        )
    return _openxml("ppt/presentation.xml", "presentationml.presentation", parts)


def xlsx(sheets: dict[str, Sequence[Sequence[str]]]) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_LINK}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relationships(
            {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
        ),
    }
    for n, rows in enumerate(sheets.values(), 1):
        body = "".join(
            f'<row r="{r}">'
            + "".join(
                f'<c r="{chr(64 + c)}{r}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
                for c, cell in enumerate(row, 1)
            )
            + "</row>"
            for r, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        )
    return _openxml("xl/workbook.xml", "spreadsheetml.sheet", parts)


def opendocument(kind: str, body: str) -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "presentation")
    )
    names += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.{kind}"/>'
            '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>',
            "content.xml": f"<office:document-content{names}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        }
    )


def epub(title: str, chapters: Sequence[str]) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
            "OPS/book.opf": f"<package><metadata><title>{title}</title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"OPS/c{n}.xhtml": chapter for n, chapter in enumerate(chapters)},
        }
    )


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file; streams are padded with zeros to 4096 bytes, so that none is a small one."""
    folders = sorted({path.partition("/")[0] for path in streams if "/" in path})
    entries: list[tuple[str, int, int, int, int, int]] = []  # name, kind, right, child, start, size
    top = [path for path in streams if "/" not in path] + folders
    order = [*top, *(path for path in streams if "/" in path)]
    sector, body = 1, b""
    for n, path in enumerate(order, 1):
        following = n + 1 if n < len(top) else 0xFFFFFFFF
        if path in folders:
            inner = [i for i, other in enumerate(order, 1) if other.startswith(path + "/")]
            entries.append((path, 1, following, inner[0], 0, 0))
            continue
        if "/" in path:
            later = [
                i
                for i, other in enumerate(order, 1)
                if i > n and other.partition("/")[0] == path.partition("/")[0]
            ]
            following = later[0] if later else 0xFFFFFFFF
        data = streams[path] + b"\0" * max(0, 4096 - len(streams[path]))
        data += b"\0" * (-len(data) % 512)
        entries.append(
            (path.rpartition("/")[2], 2, following, 0xFFFFFFFF, sector + len(body) // 512, len(data))
        )
        body += data
    directory = _entry("Root Entry", 5, 0xFFFFFFFF, 1, 0, 0) + b"".join(_entry(*entry) for entry in entries)
    directory += b"\0" * (-len(directory) % 512)
    first = sector + len(body) // 512
    return _compound_file(body, directory, first, [size // 512 for *_, size in entries if size])


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def _compound_file(body: bytes, directory: bytes, first: int, lengths: Sequence[int]) -> bytes:
    table = [0xFFFFFFFD]
    for length in [*lengths, len(directory) // 512]:
        table += [len(table) + n + 1 for n in range(length - 1)] + [0xFFFFFFFE]
    assert len(table) <= 128
    fat = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<IIIIIIIIII", 0, 1, first, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    header += struct.pack("<108I", *[0xFFFFFFFF] * 108)
    return header[:512] + fat + body + directory


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
