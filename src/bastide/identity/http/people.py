"""`/api/v1/people` and `/api/v1/invitations`."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, Field

from bastide.identity.domain.principal import Principal, Role
from bastide.identity.http.views import (
    STRICT,
    EndedView,
    InvitationPage,
    InvitationView,
    LinkView,
    NewInvitationView,
    PersonPage,
    PersonView,
    SessionPage,
    SessionView,
)
from bastide.identity.usecases.invite import Invite
from bastide.identity.usecases.manage_people import ManagePeople
from bastide.identity.usecases.others_sessions import OthersSessions
from bastide.identity.usecases.reset_password import ResetPassword


class PersonBody(BaseModel):
    model_config = STRICT
    role: Role | None = None
    active: bool | None = None


class InvitationBody(BaseModel):
    model_config = STRICT
    email: str = Field(max_length=254)
    role: Role = Role.MEMBER
    groups: list[Annotated[str, Field(max_length=64)]] = Field(default_factory=list, max_length=100)


def people_router(
    people: ManagePeople,
    reset: ResetPassword,
    sessions: OthersSessions,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    router = APIRouter(prefix="/api/v1/people", tags=["people"])
    caller = Depends(principal)

    @router.get("")
    async def listing(
        q: Annotated[str | None, Query(max_length=200)] = None,
        role: Role | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        asks: Principal = caller,
    ) -> PersonPage:
        page = await people.listing(asks, q, role, cursor, limit)
        items = [PersonView.of(person) for person in page.items]
        return PersonPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.get("/{user_id}")
    async def person(user_id: str, asks: Principal = caller) -> PersonView:
        return PersonView.of(await people.get(asks, user_id))

    @router.patch("/{user_id}")
    async def change(user_id: str, body: PersonBody, asks: Principal = caller) -> PersonView:
        return PersonView.of(await people.change(asks, user_id, body.role, active=body.active))

    @router.delete("/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(user_id: str, asks: Principal = caller) -> None:
        await people.remove(asks, user_id)

    @router.post("/{user_id}/reset-link", status_code=status.HTTP_201_CREATED)
    async def reset_link(user_id: str, asks: Principal = caller) -> LinkView:
        return LinkView.of(await reset.hand_over(asks, user_id))

    @router.get("/{user_id}/sessions")
    async def sessions_of(user_id: str, asks: Principal = caller) -> SessionPage:
        found = await sessions.listing(asks, user_id)
        return SessionPage(items=[SessionView.of(one, asks.session_id) for one in found], total=len(found))

    @router.delete("/{user_id}/sessions")
    async def end_sessions(user_id: str, asks: Principal = caller) -> EndedView:
        return EndedView(ended=await sessions.end(asks, user_id))

    @router.delete("/{user_id}/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def end_session(user_id: str, session_id: str, asks: Principal = caller) -> None:
        await sessions.end(asks, user_id, session_id)

    return router


def invitations_router(invite: Invite, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/invitations", tags=["people"])
    caller = Depends(principal)

    @router.get("")
    async def listing(asks: Principal = caller) -> InvitationPage:
        items = [InvitationView.of(invitation) for invitation in await invite.listing(asks)]
        return InvitationPage(items=items, total=len(items))

    @router.post("", status_code=status.HTTP_201_CREATED)
    async def create(body: InvitationBody, asks: Principal = caller) -> NewInvitationView:
        invitation, link = await invite(asks, body.email, body.role, body.groups)
        return NewInvitationView(**dict(InvitationView.of(invitation)), link=LinkView.of(link))

    @router.delete("/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def withdraw(invitation_id: str, asks: Principal = caller) -> None:
        await invite.withdraw(asks, invitation_id)

    return router
