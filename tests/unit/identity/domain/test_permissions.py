"""The decision, checked against sentences that a person would say about it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.identity.domain.permissions import (
    NEEDED_ACCESS,
    SCOPES,
    TABLE,
    Action,
    Decision,
    Rule,
    access_of,
    decide,
)
from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.domain.resources import Access, Grant, Resource, reader_tokens

MEMBER = Principal("usr_m", "org_a", Role.MEMBER, CredentialKind.SESSION, groups=frozenset({"g1"}))
ADMIN = replace(MEMBER, subject_id="usr_a", role=Role.ORGANISATION_ADMIN, groups=frozenset())
STRANGER = replace(ADMIN, organisation_id="org_b", role=Role.SYSTEM_ADMIN)


def collection(*grants: Grant, owner: str = "usr_o") -> Resource:
    return Resource("collection", "col_1", "org_a", owner, grants)


def document(parent: Resource, *grants: Grant, owner: str = "usr_o") -> Resource:
    return Resource("document", "doc_1", "org_a", owner, grants, parent)


def test_every_action_has_a_rule_for_every_role_and_every_grant_rule_a_needed_access() -> None:
    assert set(TABLE) == set(Action)
    for action, cells in TABLE.items():
        assert set(cells) == set(Role)
        assert (Rule.GRANT in cells.values()) == (action in NEEDED_ACCESS)


def test_no_role_may_more_than_the_one_above_it() -> None:
    strength = {Rule.NO: 0, Rule.GRANT: 1, Rule.YES: 2}
    for cells in TABLE.values():
        row = [strength[cells[role]] for role in Role]
        assert row == sorted(row, reverse=True)


@pytest.mark.parametrize("action", [action for action in Action if action in NEEDED_ACCESS])
def test_another_organisations_things_are_hidden_even_from_a_system_administrator(action: Action) -> None:
    assert decide(STRANGER, action, collection(Grant("organisation:org_b", Access.MANAGE))) is Decision.HIDDEN


def test_a_member_reads_by_a_grant_and_does_not_know_of_the_rest() -> None:
    for token in ("user:usr_m", "group:g1", "organisation:org_a"):
        readable = collection(Grant(token, Access.READ))
        assert decide(MEMBER, Action.COLLECTION_READ, readable) is Decision.ALLOWED
        assert decide(MEMBER, Action.COLLECTION_CONTRIBUTE, readable) is Decision.DENIED
    assert (
        decide(MEMBER, Action.COLLECTION_READ, collection(Grant("group:g2", Access.MANAGE)))
        is Decision.HIDDEN
    )


def test_who_made_it_manages_it() -> None:
    assert decide(MEMBER, Action.COLLECTION_MANAGE, collection(owner="usr_m")) is Decision.ALLOWED


def test_a_read_only_person_reads_and_no_more_whatever_is_granted() -> None:
    reader = replace(MEMBER, role=Role.READ_ONLY)
    granted = collection(Grant("user:usr_m", Access.MANAGE))
    assert decide(reader, Action.COLLECTION_READ, granted) is Decision.ALLOWED
    assert decide(reader, Action.COLLECTION_MANAGE, granted) is Decision.DENIED


def test_a_document_follows_its_collection_until_it_narrows() -> None:
    shared = collection(Grant("organisation:org_a", Access.CONTRIBUTE))
    assert access_of(MEMBER, document(shared)) is Access.CONTRIBUTE
    assert access_of(MEMBER, document(shared, Grant("group:g2", Access.READ))) is None
    assert access_of(MEMBER, document(shared, Grant("group:g1", Access.READ))) is Access.READ
    assert access_of(MEMBER, document(collection(), Grant("group:g1", Access.READ))) is None
    assert access_of(ADMIN, document(collection(), Grant("group:g2", Access.READ))) is Access.MANAGE


def test_a_key_is_narrowed_by_its_scopes_and_collections() -> None:
    key = replace(MEMBER, credential=CredentialKind.KEY, key_id="k", scopes=frozenset({"documents:read"}))
    shared = collection(Grant("organisation:org_a", Access.MANAGE))
    assert decide(key, Action.COLLECTION_READ, shared) is Decision.ALLOWED
    assert decide(key, Action.COLLECTION_MANAGE, shared) is Decision.OUT_OF_SCOPE
    assert decide(key, Action.MODEL_USE) is Decision.OUT_OF_SCOPE
    elsewhere = replace(key, allowed_collections=frozenset({"col_2"}))
    assert decide(elsewhere, Action.COLLECTION_READ, shared) is Decision.HIDDEN
    assert decide(elsewhere, Action.DOCUMENT_READ, document(shared)) is Decision.HIDDEN
    assert decide(replace(key, scopes=frozenset()), Action.COLLECTION_LIST) is Decision.OUT_OF_SCOPE


def test_scopes_name_actions_and_admin_covers_all() -> None:
    assert SCOPES["admin"] == frozenset(Action)


def test_without_a_resource_a_rule_that_wants_a_grant_refuses() -> None:
    assert decide(MEMBER, Action.DOCUMENT_READ) is Decision.DENIED


TOKENS = st.sampled_from(["user:usr_m", "user:usr_o", "group:g1", "group:g2", "organisation:org_a"])
GRANTS = st.lists(st.builds(Grant, TOKENS, st.sampled_from(Access)), max_size=4).map(tuple)
PRINCIPALS = st.builds(
    Principal,
    st.sampled_from(["usr_m", "usr_o", "usr_x"]),
    st.sampled_from(["org_a", "org_b"]),
    st.sampled_from(Role),
    st.just(CredentialKind.SESSION),
    groups=st.frozensets(st.sampled_from(["g1", "g2"])),
)


@given(who=PRINCIPALS, above=GRANTS, own=GRANTS)
def test_the_compiled_filter_agrees_with_the_decision(
    who: Principal, above: tuple[Grant, ...], own: tuple[Grant, ...]
) -> None:
    parent = collection(*above, owner="usr_x")
    one = document(parent, *own)
    readers = reader_tokens(one)
    by_filter = access_of(who, parent) is not None and (not readers or bool(who.tokens & set(readers)))
    assert by_filter == (decide(who, Action.DOCUMENT_READ, one) is Decision.ALLOWED)
