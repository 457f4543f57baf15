"""Small PDF files made on the spot: one that wants a password, one that is broken."""

import hashlib
import struct

BROKEN = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 9 0 R >>\nendobj\nthe rest was lost"

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_MAY_PRINT = -4
_IDENTITY = b"0123456789abcdef"


def protected_pdf(text: str, password: str) -> bytes:
    """One page, encrypted by the standard handler, revision 2 (PDF 32000-1, 7.6.3): RC4 with 40 bits."""
    owner = _rc4(_md5(_padded(password))[:5], _padded(password))
    key = _md5(_padded(password) + owner + struct.pack("<i", _MAY_PRINT) + _IDENTITY)[:5]
    user = _rc4(key, _PADDING)
    content = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    hidden = _rc4(_md5(key + bytes((4, 0, 0, 0, 0)))[:10], content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 7 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(hidden), hidden),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Filter /Standard /V 1 /R 2 /P %d /O <%b> /U <%b> >>"
        % (_MAY_PRINT, owner.hex().encode(), user.hex().encode()),
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    body = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    identity = _IDENTITY.hex().encode()
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
        + b"trailer\n<< /Size %d /Root 1 0 R /Encrypt 6 0 R /ID [<%b> <%b>] >>\n"
        % (len(objects) + 1, identity, identity)
        + b"startxref\n%d\n%%%%EOF\n" % len(body)
    )


def _padded(password: str) -> bytes:
    return (password.encode("latin-1") + _PADDING)[:32]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
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
