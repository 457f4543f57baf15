"""`explain-access` in words: names, and the chain of grounds."""

from bastide.app.cli.access import chain_in_words

_GROUP_STEP = {
    "kind": "collection",
    "resource_id": "col_1",
    "ground": "grant",
    "access": "read",
    "grantee": "group:grp_1",
    "label": None,
}
_FOLLOWS = {
    "kind": "document",
    "resource_id": "doc_1",
    "ground": "follows_collection",
    "access": "read",
    "grantee": None,
    "label": None,
}


def test_names_stand_where_they_are_known() -> None:
    answer = {
        "subject_id": "usr_1",
        "resource_id": "doc_1",
        "access": "read",
        "role": "read_only",
        "steps": [_GROUP_STEP, _FOLLOWS],
        "names": {"user:usr_1": "Bob [bold]", "group:grp_1": "Legal"},
    }
    assert chain_in_words(answer, {"doc_1": "“offer.txt”", "col_1": "“merger”"}) == [
        "Bob [bold] (read only) may read “offer.txt”, because:",
        "  1. collection “merger”: granted to group Legal → may read",
        "  2. document “offer.txt”: follows its collection → may read",
    ]


def test_ids_stand_for_what_is_gone() -> None:
    barred = {**_FOLLOWS, "ground": "label_barred", "access": None, "label": "confidential"}
    answer = {
        "subject_id": "usr_1",
        "resource_id": "doc_1",
        "access": None,
        "role": None,
        "steps": [_GROUP_STEP, barred],
        "names": {},
    }
    assert chain_in_words(answer, {}) == [
        "usr_1 (not active) may not know of doc_1, because:",
        "  1. collection col_1: granted to group grp_1 → may read",
        "  2. document doc_1: the rule of its label keeps them out (confidential) → no access",
    ]
