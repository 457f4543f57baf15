"""See and change what an organisation lays down for all of its calls."""

from dataclasses import dataclass

from bastide.gateway.domain.errors import EntryError, SubjectUnknownError
from bastide.gateway.domain.limits import Subject
from bastide.gateway.domain.policies import LONGEST_CACHED_S, LONGEST_KEPT_DAYS, GatewayPolicy
from bastide.gateway.ports.subjects import Subjects
from bastide.gateway.usecases.answer_cache import Policies
from bastide.gateway.usecases.changes import Changes
from bastide.identity.contract import Action, Principal

_MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class ManagePolicy:
    changes: Changes
    policies: Policies
    subjects: Subjects

    async def get(self, principal: Principal) -> GatewayPolicy:
        """Of the caller's organisation."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        return self.policies.of(principal.organisation_id)

    async def put(self, principal: Principal, policy: GatewayPolicy) -> GatewayPolicy:
        """Effective at once; a key that it names already may be revoked since.

        Raises:
            EntryError, SubjectUnknownError.
        """
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        if not 1 <= policy.cache_ttl_s <= LONGEST_CACHED_S:
            raise EntryError(f"An answer is kept for 1 to {LONGEST_CACHED_S} seconds.", field="cache_ttl_s")
        if len(policy.cache_keys) > _MOST_KEYS:
            raise EntryError(f"At most {_MOST_KEYS} keys can be named.", field="cache_keys")
        if not 1 <= policy.prompt_days <= LONGEST_KEPT_DAYS:
            raise EntryError(f"Prompts are kept for 1 to {LONGEST_KEPT_DAYS} days.", field="prompt_days")
        for key_id in sorted(policy.cache_keys - self.policies.of(principal.organisation_id).cache_keys):
            if not await self.subjects.exists(principal.organisation_id, Subject.KEY, key_id):
                raise SubjectUnknownError(f"There is no key {key_id!r}.", field="cache_keys")
        async with self.changes.change(
            principal,
            "gateway.policy_changed",
            principal.organisation_id,
            cache_keys=tuple(sorted(policy.cache_keys)),
            cache_ttl_s=policy.cache_ttl_s,
            log_prompts=policy.log_prompts,
            prompt_days=policy.prompt_days,
        ) as unit:
            await unit.policies.put(policy)
        return policy
