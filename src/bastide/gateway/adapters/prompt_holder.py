"""What the log of prompts holds on a person."""

import json
from collections.abc import AsyncIterator

import msgspec
from sqlalchemy import ColumnElement, delete, select

from bastide.gateway.adapters.sql_prompts import prompt_of
from bastide.gateway.adapters.tables import prompts
from bastide.gateway.domain.prompts import Words
from bastide.operations.contract import DataSubject, Documents, Erased, HeldFile
from bastide.platform.database.port import Database
from bastide.platform.secrets.data_keys import DataKeys, unlocked


class PromptHolder:
    name = "prompts"

    def __init__(self, database: Database, data_keys: DataKeys) -> None:
        self._database = database
        self._data_keys = data_keys

    async def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        yield HeldFile("prompts.jsonl", self._lines(subject))

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:  # noqa: ARG002  # the port's
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(prompts).where(*_of(subject)))
        return Erased(removed={"prompts": gone.rowcount})

    async def _lines(self, subject: DataSubject) -> AsyncIterator[bytes]:
        """One at a time: each may have two megabytes."""
        ids = select(prompts.c.id).where(*_of(subject)).order_by(prompts.c.at, prompts.c.id)
        async with self._database.reading() as connection:
            known = (await connection.execute(ids)).scalars().all()
        for prompt_id in known:
            async with self._database.reading() as connection:
                row = (await connection.execute(select(prompts).where(prompts.c.id == prompt_id))).first()
            if row is None:  # erased or too old by now
                continue
            entry = prompt_of(row)
            key = await self._data_keys.make(entry.organisation_id)
            opened = unlocked(key, bytes(row.sealed), entry.context)
            words = msgspec.msgpack.decode(opened, type=Words)
            line = {
                "id": entry.id,
                "at": entry.at.isoformat(),
                "model": entry.model,
                "request": words.request.decode(errors="replace"),
                "answer": words.answer.decode(errors="replace"),
            }
            yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _of(subject: DataSubject) -> tuple[ColumnElement[bool], ...]:
    return prompts.c.organisation_id == subject.organisation_id, prompts.c.subject_id == subject.user_id
