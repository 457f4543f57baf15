"""The commonest passwords, from the list that zxcvbn (MIT) ships."""

import asyncio
from functools import cached_property
from importlib import import_module

from bastide.identity.domain.passwords import MINIMUM_LENGTH


class CommonPasswords:
    """More than 11,000 that are long enough to pass otherwise; in memory from the first question on."""

    reason = "common"

    async def holds(self, password: str) -> bool:
        return password.casefold() in await asyncio.to_thread(lambda: self._known)

    @cached_property
    def _known(self) -> frozenset[str]:
        # 40 ms and some megabytes that only a process needs in which somebody chooses a password.
        ranked: list[str] = import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS["passwords"]
        return frozenset(one for one in ranked if len(one) >= MINIMUM_LENGTH)
