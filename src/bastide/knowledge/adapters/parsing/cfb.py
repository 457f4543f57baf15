"""Compound files (OLE): the container of DOC, XLS, PPT, MSG and of encrypted Office files.

After [MS-CFB]: a header of 512 bytes, sectors chained by a file allocation table, a directory of 128-byte
entries, and small streams kept in 64-byte sectors of their own.
"""

import struct
from dataclasses import dataclass

from bastide.knowledge.domain.errors import DocumentCorruptError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFFE
_STREAM, _STORAGE = 2, 1
_ENTRY_BYTES = 128
_HEADER_DIFAT = 109
_HEADER = struct.Struct("<8s16xHHHHH6xIIIIIIIIII")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """Streams by path: `storage/stream`.

    Raises:
        DocumentCorruptError: not such a file, or chains that lead nowhere.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise DocumentCorruptError("The file is damaged.", reason=str(error)) from error

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    @property
    def paths(self) -> list[str]:
        """All storages and streams."""
        return list(self._paths)

    def read(self, path: str) -> bytes:
        """A stream's bytes; empty when it is not there."""
        entry = self._paths.get(path)
        if entry is None or entry.kind != _STREAM:
            return b""
        if entry.size < self._small_below:
            chain = self._chain(entry.start, self._mini_fat)
            data = b"".join(self._mini[64 * n : 64 * n + 64] for n in chain)
        else:
            data = self._sectors(entry.start)
        return data[: entry.size]

    def _open(self) -> None:
        header = _HEADER.unpack_from(self._data)
        if header[0] != MAGIC:
            raise DocumentCorruptError("The file is damaged.")
        shift, directory, self._small_below = header[4], header[8], header[10]
        mini_fat, difat, difat_sectors = header[11], header[13], header[14]
        self._size = 1 << shift
        if shift not in {9, 12}:
            raise DocumentCorruptError("The file is damaged.")
        fat_sectors = list(struct.unpack_from(f"<{_HEADER_DIFAT}I", self._data, 76))
        while difat < _END_OF_CHAIN and difat_sectors > 0:
            numbers = self._numbers(self._sector(difat))
            fat_sectors += numbers[:-1]
            difat, difat_sectors = numbers[-1], difat_sectors - 1
        self._fat: list[int] = []
        for sector in fat_sectors:
            if sector < _END_OF_CHAIN - 2:
                self._fat += self._numbers(self._sector(sector))
        entries = self._entries(self._sectors(directory))
        if not entries:
            raise DocumentCorruptError("The file is damaged.")
        self._mini_fat = self._numbers(self._sectors(mini_fat)) if mini_fat < _END_OF_CHAIN else []
        self._mini = self._sectors(entries[0].start) if entries[0].size else b""
        self._paths: dict[str, _Entry] = {}
        self._walk(entries)

    def _entries(self, data: bytes) -> list[_Entry]:
        entries: list[_Entry] = []
        for at in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            left, right, child = struct.unpack_from("<III", data, at + 68)
            start, size = struct.unpack_from("<II", data, at + 116)
            name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
            entries.append(_Entry(name, kind, left, right, child, start, size))
        return entries

    def _walk(self, entries: list[_Entry]) -> None:
        seen: set[int] = set()
        waiting = [(entries[0].child, "")]
        while waiting:
            number, prefix = waiting.pop()
            if number >= len(entries) or number in seen:
                continue
            seen.add(number)
            entry = entries[number]
            path = prefix + entry.name
            self._paths[path] = entry
            waiting += [(entry.left, prefix), (entry.right, prefix)]
            if entry.kind == _STORAGE:
                waiting.append((entry.child, path + "/"))

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _sectors(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self._fat)))

    @staticmethod
    def _chain(start: int, table: list[int]) -> list[int]:
        chain: list[int] = []
        while start < len(table) and len(chain) <= len(table):  # a chain longer than its table is a circle
            chain.append(start)
            start = table[start]
        return chain

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))
