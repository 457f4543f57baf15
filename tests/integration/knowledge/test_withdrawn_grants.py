"""What was granted to somebody is taken back wherever it was, and nothing opens by it."""

from bastide.identity.contract import Access, CredentialKind, Grant, Principal, Role
from bastide.knowledge.adapters.sql_grants import SqlGrants
from tests.fakes.service import ADMIN, MEMBER, Service
from tests.integration.knowledge.test_access import found, share

BOB = Principal("usr_bob", "org_a", Role.MEMBER, CredentialKind.SESSION)
TO_BOB = Grant("user:usr_bob", Access.READ)
TO_BOBBY = Grant("user:usr_bobby", Access.READ)
TO_ALL = Grant("organisation:org_a", Access.READ)


async def withdraw(service: Service, organisation_id: str = "org_a") -> dict[str, tuple[Grant, ...]]:
    grants = SqlGrants(service.ports.outbox, service.ports.clock)
    async with service.ports.database.transaction() as connection:
        changed = await grants.withdraw(connection, organisation_id, "user:usr_bob")
    await service.settled()
    return {resource.id: resource.grants for resource in changed}


async def test_grants_on_collections_and_documents_go_and_the_index_follows(service: Service) -> None:
    shared = await service.module.collections.create(ADMIN, "shared", grants=(TO_BOB, TO_BOBBY))
    await service.module.collections.create(ADMIN, "open", grants=(TO_ALL,))
    await service.module.collections.create(ADMIN, "bobby", grants=(TO_BOBBY,))
    follows = await service.indexed("secret one", collection="shared")
    narrowed = await service.indexed("secret two", "b.txt", collection="open")
    await share(service)(ADMIN, narrowed.id, (TO_BOB, TO_BOBBY))
    await service.settled()
    assert sorted(await found(service, BOB, "secret")) == sorted([follows.id, narrowed.id])
    assert await withdraw(service, "org_b") == {}
    assert await withdraw(service) == {shared.id: (TO_BOBBY,), narrowed.id: (TO_BOBBY,)}
    assert await found(service, BOB, "secret") == []
    points = [one for points in service.index.points.values() for one in points.values()]
    readers = {reader for point in points for reader in point.readers}
    assert "user:usr_bobby" in readers
    assert "user:usr_bob" not in readers
    assert await withdraw(service) == {}


async def test_a_document_that_was_for_nobody_else_stays_closed(service: Service) -> None:
    await service.module.collections.create(ADMIN, "open", grants=(TO_ALL,))
    document = await service.indexed(
        "secret words\nattach list.txt more secret", "mail.eml", collection="open"
    )
    await share(service)(ADMIN, document.id, (TO_BOB,))
    await service.settled()
    assert len(await found(service, BOB, "secret")) == 2
    changed = await withdraw(service)
    assert list(changed.values()) == [(Grant("user:usr_admin", Access.MANAGE),)] * 2
    for who in (BOB, MEMBER):
        assert await found(service, who, "secret") == []
    assert len(await found(service, ADMIN, "secret")) == 2
