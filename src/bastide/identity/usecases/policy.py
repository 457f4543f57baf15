"""The policy: the written table applied to a principal, a verb and a resource."""

from bastide.identity.domain.errors import PermissionDeniedError, ResourceHiddenError, ScopeError
from bastide.identity.domain.permissions import Action, Decision, decide
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.resources import Resource


class TablePolicy:
    """See `domain/permissions.py` for the table and the rules."""

    def allows(self, principal: Principal, action: Action, resource: Resource | None = None) -> bool:
        return decide(principal, action, resource) is Decision.ALLOWED

    def require(self, principal: Principal, action: Action, resource: Resource | None = None) -> None:
        """Raises ResourceHiddenError, PermissionDeniedError or ScopeError."""
        match decide(principal, action, resource):
            case Decision.ALLOWED:
                return
            case Decision.HIDDEN:
                raise ResourceHiddenError("There is no such thing, or you may not see it.")
            case Decision.OUT_OF_SCOPE:
                raise ScopeError(f"The scopes of this API key do not cover {action}.", action=action.value)
            case Decision.DENIED:
                raise PermissionDeniedError(f"Your role does not allow {action}.", action=action.value)
