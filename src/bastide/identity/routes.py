"""The identity slice's part of the platform API."""

from collections.abc import Callable

from fastapi import APIRouter, Request

from bastide.identity.domain.principal import Principal
from bastide.identity.http.access import access_router
from bastide.identity.http.auth import auth_router, me_router
from bastide.identity.http.groups import groups_router
from bastide.identity.http.keys import keys_router
from bastide.identity.http.labels import labels_router
from bastide.identity.http.links import links_router
from bastide.identity.http.organisations import organisations_router
from bastide.identity.http.passkeys import passkey_login_router, passkeys_router
from bastide.identity.http.people import invitations_router, people_router
from bastide.identity.http.second_factor import second_factor_router
from bastide.identity.http.services import services_router
from bastide.identity.http.tokens import own_tokens_router, tokens_router
from bastide.identity.module import Identity


def identity_routers(identity: Identity, principal: Callable[[Request], Principal]) -> list[APIRouter]:
    """Every route but `PUBLIC_ROUTES` needs a principal."""
    return [
        auth_router(
            identity.logins.log_in,
            identity.logins.step,
            identity.logins.sessions,
            identity.log_out,
            identity.profiles,
            identity.organisations,
            principal,
        ),
        tokens_router(identity.logins.log_in, identity.logins.step, identity.clients, identity.tokens),
        own_tokens_router(identity.clients, principal),
        passkey_login_router(identity.logins.passkey_login, identity.profiles),
        passkeys_router(identity.logins.passkeys, principal),
        links_router(identity.join, identity.reset, identity.profiles),
        second_factor_router(identity.logins.second, principal),
        me_router(identity.profiles, identity.password, identity.own_sessions, principal),
        keys_router(identity.create_key, identity.keys, principal),
        people_router(identity.people, identity.reset, identity.others_sessions, principal),
        invitations_router(identity.invite, principal),
        groups_router(identity.groups, principal),
        services_router(identity.services, principal),
        organisations_router(identity.organisations, principal),
        access_router(identity.explain, identity.share, principal),
        labels_router(identity.labels, principal),
    ]
