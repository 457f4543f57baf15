"""`/api/v1/documents/{id}/access`: who may use a document."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.contract import Grant, Principal
from bastide.knowledge.http.collections import GrantBody, grants_in
from bastide.knowledge.http.views import GrantView
from bastide.knowledge.usecases.share import ShareDocument


class AccessBody(BaseModel):
    """Empty: the document follows its collection."""

    model_config = ConfigDict(extra="forbid")
    access: list[GrantBody] = Field(max_length=500)


class AccessView(BaseModel):
    """`narrowed`: the document has a list of its own."""

    access: list[GrantView]
    narrowed: bool


def sharing_router(share: ShareDocument, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    @router.get("/{document_id}/access")
    async def read(document_id: str, asks: Principal = caller) -> AccessView:
        return _view(await share.read(asks, document_id))

    @router.put("/{document_id}/access")
    async def put(document_id: str, body: AccessBody, asks: Principal = caller) -> AccessView:
        return _view(await share(asks, document_id, grants_in(body.access)))

    return router


def _view(grants: Sequence[Grant]) -> AccessView:
    access = [GrantView(grantee=one.grantee, access=one.access.value) for one in grants]
    return AccessView(access=access, narrowed=bool(access))
