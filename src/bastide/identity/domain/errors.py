"""The errors of the identity slice."""

from bastide.kit.errors import (
    ConflictError,
    DeniedError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
)


class CredentialsMissingError(UnauthenticatedError):
    """The request has no key, session or token."""

    code = "auth.missing"


class KeyInvalidError(UnauthenticatedError):
    """The API key, session or token is unknown or revoked."""

    code = "auth.invalid"


class CredentialsExpiredError(UnauthenticatedError):
    """The API key, session or token has expired."""

    code = "auth.expired"


class TokenReusedError(UnauthenticatedError):
    """A refresh token came a second time: its session has ended."""

    code = "auth.reused"


class CsrfError(UnauthenticatedError):
    """An unsafe request by cookie came without the matching `X-CSRF-Token`."""

    code = "auth.csrf"


class LoginFailedError(UnauthenticatedError):
    """Unknown e-mail, wrong password or inactive account: the answer does not say which."""

    code = "auth.login_failed"


class LoginThrottledError(RateLimitedError):
    """Too many failed logins; `details["retry_after_s"]` says when to come back.

    Attributes:
        first: nobody was told of this wait before.
    """

    code = "auth.throttled"

    def __init__(self, wait_s: float, *, first: bool) -> None:
        super().__init__(
            "Too many failed logins from here. Wait a little and try again.",
            retry_after_s=max(1, round(wait_s)),
        )
        self.first = first


class ScopeError(DeniedError):
    """The API key's scopes do not cover this."""

    code = "auth.scope"


class PendingError(DeniedError):
    """Something has to be done first; `details["pending"]` says what (`password`)."""

    code = "auth.pending"


class NetworkError(DeniedError):
    """The API key may not be used from this address."""

    code = "auth.network"


class PermissionDeniedError(DeniedError):
    """The role or the grants do not allow this."""

    code = "permission.denied"


class ResourceHiddenError(NotFoundError):
    """There is no such thing, or none that the caller may know of."""

    code = "not_found"


class LabelUnknownError(InvalidError):
    """No label that this organisation has: `confidential`, or `department:` and the id of a department."""

    code = "label.unknown"


class PasswordWeakError(InvalidError):
    """The new password is too easy to guess; `details["reason"]` says why."""

    code = "password.weak"


class PasswordWrongError(InvalidError):
    """The current password is not right."""

    code = "password.wrong"


class EmailInvalidError(InvalidError):
    """Not an e-mail address."""

    code = "user.email"


class EmailTakenError(ConflictError):
    """Someone has this e-mail address already."""

    code = "user.exists"


class KeyRequestError(InvalidError):
    """An API key cannot be made like this; `details` name the field."""

    code = "key.invalid"


class KeyNotFoundError(NotFoundError):
    """No API key of this id, or none that the caller may know of."""

    code = "key.not_found"


class SecondFactorError(InvalidError):
    """The second factor cannot be changed like this; `details["reason"]` says why."""

    code = "second_factor.invalid"


class PasskeyInvalidError(InvalidError):
    """A passkey cannot be added like this; `details["reason"]` says why."""

    code = "passkey.invalid"


class PasskeyNotFoundError(NotFoundError):
    """No such passkey among the caller's own."""

    code = "passkey.not_found"


class PersonNotFoundError(NotFoundError):
    """No such person in this organisation."""

    code = "person.not_found"


class LastAdministratorError(ConflictError):
    """Nobody would be left who can administer the organisation."""

    code = "organisation.last_administrator"


class OrganisationNotFoundError(NotFoundError):
    """No such organisation, or none that the caller belongs to."""

    code = "organisation.not_found"


class GroupNotFoundError(NotFoundError):
    """No such group or department in this organisation."""

    code = "group.not_found"


class GroupExistsError(ConflictError):
    """Another group or department has this name."""

    code = "group.exists"


class GranteeUnknownError(InvalidError):
    """A grant names nobody of this organisation."""

    code = "grant.unknown"


class ServiceAccountNotFoundError(NotFoundError):
    """No such service account in this organisation."""

    code = "service_account.not_found"


class InvitationNotFoundError(NotFoundError):
    """No such invitation in this organisation."""

    code = "invitation.not_found"


class AlreadyMemberError(ConflictError):
    """This person belongs to the organisation already."""

    code = "invitation.member"


class LinkInvalidError(InvalidError):
    """The link was used, revoked, replaced, has expired, or was never one."""

    code = "link.invalid"


class SessionNotFoundError(NotFoundError):
    """No such session among the caller's own."""

    code = "session.not_found"
