"""Create an API key."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bastide.identity.contract import Policy
from bastide.identity.domain.addresses import in_both, parse_networks
from bastide.identity.domain.api_keys import ApiKey, format_key, new_key_id, new_key_secret
from bastide.identity.domain.errors import KeyRequestError, ScopeError
from bastide.identity.domain.permissions import DEFAULT_SCOPES, SCOPES, Action, covered
from bastide.identity.domain.principal import CredentialKind, Principal
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.manage_services import require_steward
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.operations.contract import done_by, with_personal

_COLLECTION = "col_"
"""How ids of collections begin. A name may pass to another collection, and a key must not follow it there."""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What the key shall be; None = no narrowing.

    Attributes:
        subject_id: a service account that it is for; None = oneself.
    """

    name: str
    scopes: frozenset[str] = field(default=DEFAULT_SCOPES)
    expires_at: datetime | None = None
    allowed_models: frozenset[str] | None = None
    allowed_collections: frozenset[str] | None = None
    allowed_networks: tuple[str, ...] | None = None
    subject_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """`secret` is the whole key, shown now and never again."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class CreateKey:
    store: IdentityStore
    policy: Policy
    hashes: TokenHashes
    clock: Clock

    async def __call__(self, principal: Principal, request: KeyRequest) -> NewKey:
        """The key carries the caller's own permissions, narrowed as asked.

        Raises:
            KeyRequestError: unknown scope, no name, expiry in the past.
            ScopeError: a key may not make one that can do more than itself.
            ServiceAccountNotFoundError, PermissionDeniedError: not for this service account.
        """
        self.policy.require(principal, Action.KEY_MANAGE if request.subject_id else Action.KEY_CREATE)
        self._check(principal, request)
        secret = new_key_secret()
        key = ApiKey(
            id=new_key_id(),
            organisation_id=principal.organisation_id,
            subject_id=request.subject_id or principal.subject_id,
            name=request.name.strip(),
            hint=secret[-4:],
            scopes=request.scopes,
            created_at=self.clock.now(),
            expires_at=request.expires_at,
            allowed_models=_narrower(principal.allowed_models, request.allowed_models),
            allowed_collections=_narrower(principal.allowed_collections, request.allowed_collections),
            allowed_networks=request.allowed_networks,
        )
        async with self.store.transaction() as unit:
            if request.subject_id is not None:
                await require_steward(unit, principal, request.subject_id)
            if principal.key_id is not None:
                key = _within(await unit.keys.get(principal.key_id), key)
            await unit.keys.add(key, self.hashes.key(secret))
            await unit.record(
                with_personal(
                    done_by(
                        principal,
                        "key.created",
                        key.id,
                        subject_id=key.subject_id,
                        scopes=tuple(sorted(key.scopes)),
                    ),
                    name=key.name,
                )
            )
        return NewKey(key, format_key(key.id, secret))

    def _check(self, principal: Principal, request: KeyRequest) -> None:
        if not 1 <= len(request.name.strip()) <= 100:
            raise KeyRequestError("Give the key a name of at most 100 characters.", field="name")
        if unknown := request.scopes - SCOPES.keys():
            raise KeyRequestError(f"Unknown scopes: {_words(unknown)}.", field="scopes", known=sorted(SCOPES))
        if not request.scopes:
            raise KeyRequestError("A key without scopes could do nothing.", field="scopes")
        if request.expires_at is not None and request.expires_at <= self.clock.now():
            raise KeyRequestError("The expiry lies in the past.", field="expires_at")
        if principal.credential is CredentialKind.KEY and not covered(request.scopes) <= covered(
            principal.scopes
        ):
            raise ScopeError("A key cannot make one with more scopes than its own.")
        if named := [one for one in request.allowed_collections or () if not one.startswith(_COLLECTION)]:
            raise KeyRequestError(f"Give collections by id: {_words(named)}.", field="allowed_collections")
        parse_networks(request.allowed_networks or ())


def _narrower(own: frozenset[str] | None, asked: frozenset[str] | None) -> frozenset[str] | None:
    if own is None or asked is None:
        return own if asked is None else asked
    return own & asked


def _within(maker: ApiKey | None, made: ApiKey) -> ApiKey:
    """No key makes one that is good for longer, or in more places, than itself."""
    if maker is None:
        raise ScopeError("This API key is gone.")
    ends = [at for at in (maker.expires_at, made.expires_at) if at is not None]
    networks = made.allowed_networks
    if maker.allowed_networks is not None:
        own = parse_networks(maker.allowed_networks)
        asked = own if networks is None else parse_networks(networks)
        networks = tuple(str(network) for network in in_both(own, asked))
    return replace(made, expires_at=min(ends, default=None), allowed_networks=networks)


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
