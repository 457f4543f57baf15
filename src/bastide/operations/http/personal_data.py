"""Exports and erasures of personal data, and erasures of documents with a receipt."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from bastide.identity.contract import Principal
from bastide.operations.domain.personal import Documents, Job, JobKind, JobState
from bastide.operations.usecases.personal_data import PersonalDataUseCases


class ErasureBody(BaseModel):
    """`private`: with the collections that they share with nobody; `all`: with every document they own."""

    model_config = ConfigDict(extra="forbid")
    documents: Documents = Documents.PRIVATE


class JobFailureView(BaseModel):
    code: str
    message: str


class JobView(BaseModel):
    """`receipt` of an erasure, once it is done; the archive of an export is at `/archive`, once.

    `progress` in percent; `archive_until`: when the archive is thrown away; `error`: why it has failed.
    """

    id: str
    kind: JobKind
    subject_id: str
    state: JobState
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    receipt: dict[str, Any] | None
    progress: int
    archive_until: datetime | None
    error: JobFailureView | None


class JobPage(BaseModel):
    items: list[JobView]
    next_cursor: str | None
    total: int | None = None


class Receipt(BaseModel):
    """As a job has it."""

    model_config = ConfigDict(extra="forbid")
    statement: dict[str, Any]
    key_id: str
    public_key: str
    signature: str


class ReceiptVerdict(BaseModel):
    """`genuine`: signed by this installation, and not changed since."""

    genuine: bool


def personal_data_router(
    uses: PersonalDataUseCases,
    start: Callable[[Job], Awaitable[None]],
    principal: Callable[[Request], Principal],
) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["personal data"])
    caller = Depends(principal)

    @router.post("/people/{user_id}/export", status_code=status.HTTP_202_ACCEPTED)
    async def export(user_id: str, asks: Principal = caller) -> JobView:
        return await _started(await uses.ask_export(asks, user_id))

    @router.post("/people/{user_id}/erasure", status_code=status.HTTP_202_ACCEPTED)
    async def erase(user_id: str, body: ErasureBody, asks: Principal = caller) -> JobView:
        return await _started(await uses.ask_erasure(asks, user_id, body.documents))

    @router.post("/documents/{document_id}/erasure", status_code=status.HTTP_202_ACCEPTED)
    async def erase_document(document_id: str, asks: Principal = caller) -> JobView:
        return await _started(await uses.ask_document(asks, document_id))

    @router.get("/personal-data")
    async def listing(  # query parameters
        subject: Annotated[str | None, Query(max_length=100)] = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        asks: Principal = caller,
    ) -> JobPage:
        page = await uses.listing(asks, subject, cursor, limit)
        return JobPage(items=[_view(uses, job) for job in page.items], next_cursor=page.next_cursor)

    @router.post("/personal-data/verify", dependencies=[caller])
    async def verify(body: Receipt) -> ReceiptVerdict:
        return ReceiptVerdict(genuine=uses.verify(body.model_dump()))

    @router.get("/personal-data/{job_id}")
    async def read(job_id: str, asks: Principal = caller) -> JobView:
        return _view(uses, await uses.get(asks, job_id))

    @router.post("/personal-data/{job_id}/retry", status_code=status.HTTP_202_ACCEPTED)
    async def retry(job_id: str, asks: Principal = caller) -> JobView:
        return await _started(await uses.retry(asks, job_id))

    @router.get("/personal-data/{job_id}/archive", response_class=Response)
    async def archive(job_id: str, asks: Principal = caller) -> StreamingResponse:
        headers = {
            "Content-Disposition": f'attachment; filename="{job_id}.zip"',
            "Cache-Control": "no-store",
        }
        return StreamingResponse(
            await uses.collect(asks, job_id), media_type="application/zip", headers=headers
        )

    async def _started(job: Job) -> JobView:
        await start(job)
        return _view(uses, job)

    return router


def _view(uses: PersonalDataUseCases, job: Job) -> JobView:
    return JobView(
        id=job.id,
        kind=job.kind,
        subject_id=job.subject_id,
        state=job.state,
        asked_by=job.asked_by,
        asked_at=job.asked_at,
        done_at=job.done_at,
        receipt=job.receipt,
        progress=uses.progress(job),
        archive_until=uses.archive_until(job),
        error=job.failure and JobFailureView(code=job.failure.code, message=job.failure.message),
    )
