"""Verification of an exported log, offline: from the lines of the file and the public keys alone.

An export (JSON Lines) is: a head that says which entries follow and the hashes of what lies before them; the
entries; and an end with the signed checkpoint above them and, for convenience, the public keys. Every line is
canonical JSON with exactly its fields, so that there is one file for what it says.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.merkle import CompactRange, complete_subtrees, leaf_hash
from bastide.operations.domain.record import canonical, commitment

FORMAT = "bastide-audit-export/v1"
ERASED = "audit.personal_erased"
"""The action of the entry that accounts for personal parts that were erased: `details.positions`."""
_MAX_PROBLEMS = 20
_FIELDS: Final = {
    "head": {"type", "format", "log", "first", "before"},
    "entry": {"type", "position", "body", "personal"},
    "end": {"type", "checkpoint", "keys"},
    "checkpoint": {"log", "size", "root", "at", "key_id", "signature"},
}


class _MalformedError(ValueError):
    """The file does not have the form of an export."""


@dataclass(slots=True)
class Verdict:
    """What was found.

    Attributes:
        entries: how many were read.
        erased: positions of entries whose personal part is gone.
        accounted: positions whose erasure the log itself has written down.
        problems: empty = every entry is what it was when it was written, none is missing.
        checkpoint: the signed head that all was compared with.
        keys: ids of the keys in the file, for who has not given the key.
    """

    log_id: str = ""
    first: int = 0
    entries: int = 0
    erased: set[int] = field(default_factory=set[int])
    accounted: set[int] = field(default_factory=set[int])
    checkpoint: Checkpoint | None = None
    keys: dict[str, bytes] = field(default_factory=dict[str, bytes])
    problems: list[str] = field(default_factory=list[str])

    @property
    def valid(self) -> bool:
        return not self.problems

    def note(self, problem: str) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(problem)


class ExportVerifier:
    """Takes the lines of an export one after the other and checks everything that can be checked.

    Args:
        trusted: public keys of the installation, by id; None: those in the file, which whoever forged it
            could have put there.
        known: checkpoints that were kept from before: the log must contain what they cover.
    """

    def __init__(self, trusted: dict[str, bytes] | None = None, known: Sequence[Checkpoint] = ()) -> None:
        self._verdict = Verdict()
        self._trusted = trusted
        self._known = {checkpoint.size: checkpoint for checkpoint in known}
        self._tree: CompactRange | None = None
        self._position: int | None = None
        self._ended = False

    def feed(self, line: str) -> None:
        try:
            self._take(_line(line))
        except _MalformedError as error:
            self._verdict.note(str(error))

    def finish(self) -> Verdict:
        """After the last line."""
        if not self._ended:
            self._verdict.note("The file is cut short: its end is missing.")
        for position in sorted(self._verdict.erased - self._verdict.accounted):
            self._verdict.note(
                f"The personal part of entry {position} is gone, and no entry says that it was erased."
            )
        return self._verdict

    def _take(self, item: dict[str, Any]) -> None:
        kind, verdict = item["type"], self._verdict
        if self._ended:
            raise _MalformedError("There is something behind the end of the file.")
        if (kind == "head") != (self._tree is None):
            raise _MalformedError("The file does not begin with its head, or has several.")
        if self._tree is None:
            if item["format"] != FORMAT:
                raise _MalformedError("This is not an export of an audit log.")
            verdict.log_id, verdict.first = _text(item, "log"), _number(item, "first")
            self._tree = _tree_before(item, verdict)
        elif kind == "entry":
            self._entry(item, self._tree)
        else:
            self._end(item, self._tree)
            return
        self._compare_known(self._tree)

    def _entry(self, item: dict[str, Any], tree: CompactRange) -> None:
        verdict = self._verdict
        position, body = _number(item, "position"), _text(item, "body")
        before = tree.size - 1 if self._position is None else self._position
        if position != before + 1:
            verdict.note(f"After entry {before} comes {position}: entries are missing or out of order.")
        self._position = position
        content = _object(body, f"Entry {position} is not JSON.")
        if content.get("log") != verdict.log_id:
            verdict.note(f"Entry {position} belongs to another log.")
        if canonical(content) != body:
            verdict.note(f"Entry {position} was written differently.")
        promised, personal = content.get("personal"), item["personal"]
        if personal is not None and (not isinstance(personal, str) or commitment(personal) != promised):
            verdict.note(f"The personal part of entry {position} was changed.")
        if personal is None and promised is not None:
            verdict.erased.add(position)
        if content.get("action") == ERASED:
            positions = _list(_mapping(content, "details"), "positions")
            verdict.accounted.update(place for place in positions if isinstance(place, int))
        tree.append(leaf_hash(body.encode()))
        verdict.entries += 1

    def _end(self, item: dict[str, Any], tree: CompactRange) -> None:
        verdict = self._verdict
        self._ended = True
        verdict.keys = {name: _bytes(key) for name, key in _mapping(item, "keys").items()}
        verdict.checkpoint = parse_checkpoint(_mapping(item, "checkpoint"))
        _compare_keys(verdict, self._trusted)
        _compare_head(tree, verdict, self._trusted or verdict.keys)
        for known in self._known.values():
            if known.log_id != verdict.log_id:
                verdict.note("The checkpoint that you kept belongs to another log.")
            elif known.size > tree.size:
                verdict.note(f"Your checkpoint covers {known.size} entries: the end of the log is missing.")
            elif known.size < verdict.first:
                verdict.note("Your checkpoint is older than the first entry of this file.")

    def _compare_known(self, tree: CompactRange) -> None:
        known = self._known.get(tree.size)
        if known is None:
            return
        if self._trusted is not None and not known.verified_by(self._trusted):
            self._verdict.note(
                f"The kept checkpoint of {known.size} entries is not signed by this installation."
            )
        if known.root != tree.root():
            self._verdict.note(
                f"The first {known.size} entries are not those of the checkpoint that was kept."
            )


def _tree_before(head: dict[str, Any], verdict: Verdict) -> CompactRange:
    peaks = [_bytes(part) for part in _list(head, "before")]
    if len(peaks) != len(complete_subtrees(0, verdict.first)):
        raise _MalformedError("The head does not fit the first position.")
    return CompactRange(verdict.first, peaks)


def _compare_keys(verdict: Verdict, trusted: dict[str, bytes] | None) -> None:
    if verdict.checkpoint is not None and verdict.checkpoint.key_id not in verdict.keys:
        verdict.note("The file does not carry the key that it is signed with.")
    if trusted is not None and any(trusted.get(name, key) != key for name, key in verdict.keys.items()):
        verdict.note("The file carries another key under the name of one of this installation.")


def _compare_head(tree: CompactRange, verdict: Verdict, keys: dict[str, bytes]) -> None:
    checkpoint = verdict.checkpoint
    if checkpoint is None or checkpoint.log_id != verdict.log_id:
        verdict.note("The checkpoint belongs to another log.")
        return
    if not checkpoint.verified_by(keys):
        verdict.note("The checkpoint is not signed by a key of this installation.")
    if tree.size > checkpoint.size:
        verdict.note("There are more entries than the checkpoint covers.")
    elif tree.size < checkpoint.size:
        missing = checkpoint.size - tree.size
        verdict.note(f"The checkpoint covers {checkpoint.size} entries, and {missing} of them are missing.")
    elif tree.root() != checkpoint.root:
        verdict.note("The entries do not lead to the signed checkpoint: something was changed.")


def _line(line: str) -> dict[str, Any]:
    """Canonical JSON of one of the three kinds, with exactly its fields."""
    item = _object(line, "A line is not JSON.")
    kind = item.get("type")
    if (
        not isinstance(kind, str)
        or item.keys() != _FIELDS.get(kind)
        or canonical(item) != line.removesuffix("\n")
    ):
        raise _MalformedError("A line is not as an export writes it.")
    return item


def _object(text: str, problem: str) -> dict[str, Any]:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _MalformedError(problem) from error
    if not isinstance(value, dict):
        raise _MalformedError(problem)
    return cast("dict[str, Any]", value)


def parse_checkpoint(item: dict[str, Any]) -> Checkpoint:
    """As `checkpoint_fields` wrote it. Raises ValueError."""
    if item.keys() != _FIELDS["checkpoint"]:
        raise _MalformedError("The checkpoint has other fields.")
    return Checkpoint(
        _text(item, "log"),
        _number(item, "size"),
        _bytes(item.get("root")),
        _text(item, "at"),
        _text(item, "key_id"),
        _bytes(item.get("signature")),
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise _MalformedError(f"“{name}” is missing.")
    return value


def _number(item: dict[str, Any], name: str) -> int:
    value = item.get(name)
    if type(value) is not int or value < 0:
        raise _MalformedError(f"“{name}” is missing.")
    return value


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    if not isinstance(value, list):
        raise _MalformedError(f"“{name}” is missing.")
    return cast("list[Any]", value)


def _mapping(item: dict[str, Any], name: str) -> dict[str, Any]:
    value = item.get(name)
    if not isinstance(value, dict):
        raise _MalformedError(f"“{name}” is missing.")
    return cast("dict[str, Any]", value)


def _bytes(value: object) -> bytes:
    try:
        data = base64.b64decode(cast("str", value), validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise _MalformedError("A hash, key or signature is not base64.") from error
    if base64.b64encode(data).decode() != value:  # the last letter has bits that mean nothing
        raise _MalformedError("A hash, key or signature is not written as it should be.")
    return data
