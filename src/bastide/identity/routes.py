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
from bastide.identity.management import Management
from bastide.identity.module import Identity


def identity_routers(identity: Identity, principal: Callable[[Request], Principal]) -> list[APIRouter]:
    """Every route but `PUBLIC_ROUTES` needs a principal."""
    manage = Management(identity.parts)
    return [
        auth_router(
            manage.logins.log_in,
            manage.logins.step,
            manage.logins.sessions,
            manage.log_out,
            manage.profiles,
            manage.organisations,
            principal,
        ),
        tokens_router(manage.logins.log_in, manage.logins.step, manage.clients, manage.tokens),
        own_tokens_router(manage.clients, principal),
        passkey_login_router(manage.logins.passkey_login, manage.profiles),
        passkeys_router(manage.logins.passkeys, principal),
        links_router(manage.join, manage.reset, manage.profiles),
        second_factor_router(manage.logins.second, principal),
        me_router(manage.profiles, manage.password, manage.own_sessions, principal),
        keys_router(manage.create_key, manage.keys, principal),
        people_router(manage.people, manage.reset, manage.others_sessions, principal),
        invitations_router(manage.invite, principal),
        groups_router(manage.groups, principal),
        services_router(manage.services, principal),
        organisations_router(manage.organisations, principal),
        access_router(manage.explain, manage.share, principal),
        labels_router(manage.labels, principal),
    ]
