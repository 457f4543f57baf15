"""The explanation is the decision, said step by step."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bastide.identity.domain.explanation import Ground, explain
from bastide.identity.domain.permissions import access_of
from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.domain.resources import Access, Grant, Resource

BOB = Principal("usr_b", "org_a", Role.MEMBER, CredentialKind.SESSION, frozenset({"g1"}), frozenset({"d1"}))
TOKENS = st.sampled_from(
    [
        "user:usr_b",
        "user:usr_c",
        "group:g1",
        "group:g2",
        "department:d1",
        "organisation:org_a",
        "organisation:org_b",
    ]
)
GRANTS = st.lists(st.builds(Grant, TOKENS, st.sampled_from(Access)), max_size=4).map(tuple)
OWNERS = st.sampled_from(["usr_b", "usr_c", "usr_d"])
COLLECTIONS = st.builds(
    Resource, st.just("collection"), st.just("col"), st.sampled_from(["org_a", "org_b"]), OWNERS, GRANTS
)


@st.composite
def resources(draw: st.DrawFn) -> Resource:
    parent = draw(COLLECTIONS)
    if draw(st.booleans()):
        return parent
    return Resource("document", "doc", parent.organisation_id, draw(OWNERS), draw(GRANTS), parent)


PRINCIPALS = st.builds(
    Principal,
    st.sampled_from(["usr_b", "usr_c"]),
    st.sampled_from(["org_a", "org_b"]),
    st.sampled_from(Role),
    st.just(CredentialKind.SESSION),
    st.frozensets(st.sampled_from(["g1", "g2"])),
    st.frozensets(st.just("d1")),
)


@given(PRINCIPALS, resources())
def test_the_last_step_is_the_decision(who: Principal, resource: Resource) -> None:
    steps = explain(who, resource)
    assert steps[-1].access == access_of(who, resource)
    assert all(step.access is not None for step in steps[:-1])


@given(PRINCIPALS, resources())
def test_a_step_by_grant_names_one_that_is_held(who: Principal, resource: Resource) -> None:
    for step in explain(who, resource):
        at = resource if step.resource_id == resource.id else resource.parent
        assert at is not None
        if step.ground is Ground.GRANT:
            assert step.access is not None
            assert Grant(step.grantee or "", step.access) in at.grants
            assert step.grantee in who.tokens


def test_the_chain_reads_like_a_sentence() -> None:
    shared = Resource("collection", "col", "org_a", "usr_c", (Grant("group:g1", Access.READ),))
    narrowed = Resource("document", "doc", "org_a", "usr_c", (Grant("department:d1", Access.MANAGE),), shared)
    assert [(step.ground, step.grantee) for step in explain(BOB, narrowed)] == [
        (Ground.GRANT, "group:g1"),
        (Ground.GRANT, "department:d1"),
    ]
    assert [step.ground for step in explain(BOB, replace(narrowed, grants=()))][
        -1
    ] is Ground.FOLLOWS_COLLECTION
    other = (Grant("group:g2", Access.READ),)
    assert [step.ground for step in explain(BOB, replace(narrowed, grants=other))][-1] is Ground.NOT_ON_LIST
    assert [step.ground for step in explain(BOB, replace(shared, grants=other))] == [Ground.NOTHING_GRANTED]
    assert [step.ground for step in explain(replace(BOB, role=Role.SYSTEM_ADMIN), shared)] == [
        Ground.ADMINISTRATOR
    ]
    assert [step.ground for step in explain(replace(BOB, subject_id="usr_c"), narrowed)] == [Ground.OWNER] * 2
    assert [step.ground for step in explain(replace(BOB, organisation_id="org_b"), narrowed)] == [
        Ground.OTHER_ORGANISATION
    ]
