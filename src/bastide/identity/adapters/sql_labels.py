from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import label_rule_history
from bastide.identity.domain.labels import LabelRule


class SqlLabels:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rules(self, organisation_id: str, at: datetime | None = None) -> Sequence[LabelRule]:
        query = select(label_rule_history.c.rules).where(
            label_rule_history.c.organisation_id == organisation_id
        )
        if at is not None:
            query = query.where(label_rule_history.c.at <= at)
        rows = await self._connection.scalars(query.order_by(label_rule_history.c.position.desc()).limit(1))
        return [
            LabelRule(one["label"], tuple(one["only_for"]), one["people_only"], one["second_factor"])
            for one in rows.first() or ()
        ]

    async def put(
        self, organisation_id: str, rules: Sequence[LabelRule], changed_by: str, at: datetime
    ) -> None:
        await self._connection.execute(
            insert(label_rule_history).values(
                organisation_id=organisation_id,
                rules=[
                    {
                        "label": rule.label,
                        "only_for": list(rule.only_for),
                        "people_only": rule.people_only,
                        "second_factor": rule.second_factor,
                    }
                    for rule in sorted(rules, key=lambda rule: rule.label)
                ],
                changed_by=changed_by,
                at=at,
            )
        )
