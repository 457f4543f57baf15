"""What the virus scanner promises: by a small server of its protocol, and by ClamAV's own daemon."""

import asyncio
import shutil
import subprocess
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bastide.app.scanner_url import parse_scanner_url
from bastide.knowledge.adapters.clamd import Clamd
from bastide.knowledge.domain.errors import (
    DocumentInfectedError,
    DocumentUnscannedError,
    ScannerUnavailableError,
)
from bastide.knowledge.ports.scanner import Scanner
from tests.fakes.clamd import EICAR, NAME, FakeClamd, fake_clamd

CLAMD = "/usr/sbin/clamd"  # not on everybody's PATH
_START_S = 60
_MAX_BYTES = 1 << 20


@asynccontextmanager
async def real_clamd(folder: Path) -> AsyncGenerator[Clamd]:
    """With a database of one signature: those of the vendor are large, and not here."""
    database, socket, configuration = folder / "database", folder / "clamd", folder / "clamd.conf"
    database.mkdir()
    (database / "bastide.ndb").write_text(f"{NAME}:0:*:{EICAR.hex()}\n")
    configuration.write_text(
        f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {database}\n"
        f"StreamMaxLength {_MAX_BYTES}\nLogFile {folder / 'clamd.log'}\nUser root\n"
    )
    command = [CLAMD, "--config-file", str(configuration)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(_START_S * 10):
            if socket.exists():
                break
            assert process.returncode is None, (folder / "clamd.log").read_text()
            await asyncio.sleep(0.1)
        yield Clamd(path=socket)
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(params=["protocol", pytest.param("clamav", marks=pytest.mark.heavy)])
async def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scanner]:
    if request.param == "protocol":
        async with fake_clamd(tmp_path / "clamd", FakeClamd(_MAX_BYTES)):
            yield Clamd(path=tmp_path / "clamd")
    elif shutil.which(CLAMD) is None:
        pytest.skip("clamd is not installed")
    else:
        async with real_clamd(tmp_path) as clamd:
            yield clamd


def file(folder: Path, content: bytes, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def test_what_is_harmless_passes(scanner: Scanner, tmp_path: Path) -> None:
    for content in (b"", b"Some words.", b"x" * 300_000):
        await scanner.scan(file(tmp_path, content))
    assert (await scanner.ping()).startswith("ClamAV ")


async def test_what_is_found_is_named(scanner: Scanner, tmp_path: Path) -> None:
    for content in (EICAR, b"y" * 200_000 + EICAR):
        with pytest.raises(DocumentInfectedError) as found:
            await scanner.scan(file(tmp_path, content))
        assert found.value.code == "document.infected"
        assert found.value.details["signature"].startswith(NAME)  # ClamAV adds .UNOFFICIAL


async def test_what_it_does_not_take_is_not_taken_for_harmless(scanner: Scanner, tmp_path: Path) -> None:
    with pytest.raises(DocumentUnscannedError):
        await scanner.scan(file(tmp_path, b"z" * (3 * _MAX_BYTES)))


@pytest.mark.heavy
async def test_clamav_looks_into_archives(tmp_path: Path) -> None:
    if shutil.which(CLAMD) is None:
        pytest.skip("clamd is not installed")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", EICAR)
    async with real_clamd(tmp_path) as clamd:
        with pytest.raises(DocumentInfectedError):
            await clamd.scan(tmp_path / "a.zip")


async def test_one_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    path = file(tmp_path, b"Some words.")
    for clamd in (Clamd(path=tmp_path / "none"), Clamd(host="127.0.0.1", port=1)):
        with pytest.raises(ScannerUnavailableError):
            await clamd.scan(path)
        with pytest.raises(ScannerUnavailableError):
            await clamd.ping()
    for answer in (b"", b"stream: Can't open file ERROR\0"):
        socket = tmp_path / f"clamd{len(answer)}"
        async with fake_clamd(socket, FakeClamd(answer=answer)):
            with pytest.raises(ScannerUnavailableError):
                await Clamd(path=socket).scan(path)


async def test_one_that_hangs_is_given_up(tmp_path: Path) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(hang, tmp_path / "clamd")
    with pytest.raises(ScannerUnavailableError):
        await Clamd(path=tmp_path / "clamd", timeout_s=0.2).scan(file(tmp_path, b"x"))
    server.close()
    await server.wait_closed()


def test_its_url() -> None:
    assert parse_scanner_url("") is None
    assert parse_scanner_url("clamd:///run/clamd.ctl") == Clamd(path=Path("/run/clamd.ctl"))
    assert parse_scanner_url("clamd://av") == Clamd(host="av", port=3310)
    assert parse_scanner_url("clamd://[::1]:99") == Clamd(host="::1", port=99)
    for wrong in ("http://av", "clamd:", "clamd://av/path", "clamd://av?x=1"):
        with pytest.raises(ValueError, match=r"needed|supported"):
            parse_scanner_url(wrong)
