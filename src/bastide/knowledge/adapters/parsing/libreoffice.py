"""Old formats, converted by LibreOffice where it is installed."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.source import Reader, Source
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentUnsupportedError

_PROGRAMS = ("soffice", "libreoffice")


def program() -> str | None:
    """Where LibreOffice is."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def converted(source: Source, suffix: str, target: str) -> Path:
    """The file in the target format (an extension), in the source's folder.

    Raises:
        DocumentUnsupportedError: LibreOffice is not installed.
        DocumentCorruptError: it could not read the file.
    """
    office = program()
    if office is None:
        raise DocumentUnsupportedError(
            "Reading this file takes LibreOffice: sudo apt-get install libreoffice-core-nogui "
            "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui",
            filename=source.filename,
            needs="libreoffice",
        )
    folder = source.folder / "libreoffice"
    folder.mkdir()
    given = folder / f"document{suffix}"
    shutil.copyfile(source.path, given)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    subprocess.run(  # noqa: S603 the program is LibreOffice, the names are ours
        [office, profile, "--headless", "--convert-to", target, "--outdir", folder / "out", given],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    result = folder / "out" / f"document.{target}"
    if not result.exists():
        raise DocumentCorruptError("The file is damaged: LibreOffice cannot read it.")
    return result


def through(suffix: str, target: str, reader: Reader) -> Reader:
    """Convert, and read the result."""

    def read(source: Source, out: TextBuilder) -> None:
        reader(replace(source, path=converted(source, suffix, target)), out)

    return read


def either(first: Reader, second: Reader) -> Reader:
    """The second reads what the first cannot; when neither can, the error is that of the one that tried."""

    def read(source: Source, out: TextBuilder) -> None:
        try:
            first(source, out)
        except (DocumentUnsupportedError, DocumentCorruptError) as error:
            if not out.is_empty:
                raise
            try:
                second(source, out)
            except DocumentUnsupportedError:
                raise error from None

    return read
