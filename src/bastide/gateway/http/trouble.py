"""Why a provider does not answer, as the API says it."""

from pydantic import BaseModel

from bastide.gateway.domain.trouble import Trouble, Why


class TroubleOut(BaseModel):
    """`status` is what the provider answered with, where it did."""

    why: Why
    status: int | None


def trouble_out(trouble: Trouble | None) -> TroubleOut | None:
    return None if trouble is None else TroubleOut(why=trouble.why, status=trouble.status)
