"""A small server that speaks INSTREAM as clamd does, and finds what it was told to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!" + b"$H+H*"
"""The test string of eicar.org, in parts so that no scanner takes this file for one."""

NAME = "Bastide.Test.EICAR"


@dataclass
class FakeClamd:
    """`max_bytes`: StreamMaxLength. `answer`: in place of a verdict."""

    max_bytes: int = 1 << 20
    answer: bytes | None = None
    scanned: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readuntil(b"\0")
        if command == b"zVERSION\0":
            writer.write(b"ClamAV 1.0.0\0")
        else:
            assert command == b"zINSTREAM\0"
            writer.write(await self._verdict(reader))
        await writer.drain()
        writer.close()

    async def _verdict(self, reader: asyncio.StreamReader) -> bytes:
        data = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            data += await reader.readexactly(length)
            if len(data) > self.max_bytes:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.scanned.append(data)
        if self.answer is not None:
            return self.answer
        return b"stream: " + (f"{NAME} FOUND" if EICAR in data else "OK").encode() + b"\0"


@asynccontextmanager
async def fake_clamd(socket: Path, clamd: FakeClamd) -> AsyncGenerator[None]:
    """Listening."""
    server = await asyncio.start_unix_server(clamd, socket)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()
