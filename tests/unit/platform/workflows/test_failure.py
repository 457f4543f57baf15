"""An error is the same after it was stored."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.kit import errors
from bastide.kit.errors import BastideError
from bastide.platform.workflows.failure import Failure

KINDS = BastideError.__subclasses__()
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(lambda name: name not in {"message", "self"})


def stored(error: Exception) -> BastideError:
    return Failure.from_json(json.loads(json.dumps(Failure.of(error).as_json()))).as_error()


@given(
    kind=st.sampled_from([BastideError, *(kind for kind in KINDS if kind.__module__ == errors.__name__)]),
    code=st.from_regex(r"[a-z]{1,9}(\.[a-z_]{1,9})?", fullmatch=True),
    message=st.text(),
    details=st.dictionaries(names, values),
)
def test_kind_code_message_and_details_come_back(
    kind: type[BastideError], code: str, message: str, details: dict[str, object]
) -> None:
    specific = type("SpecificError", (kind,), {"code": code})
    again = stored(specific(message, **details))
    assert isinstance(again, kind)
    assert (again.code, again.message, again.details) == (code, message, details)


def test_every_kind_of_error_is_known() -> None:
    for kind in KINDS:
        if kind.__module__ == errors.__name__:
            with pytest.raises(kind):
                raise stored(kind("no"))


def test_any_other_exception_is_internal() -> None:
    again = stored(KeyError("é"))
    assert type(again).__mro__[1] is BastideError
    assert (again.code, again.message, again.details) == ("internal", "KeyError: 'é'", {})


def test_details_that_are_not_json_become_text() -> None:
    again = stored(errors.InvalidError("no", when=datetime(2026, 1, 2, tzinfo=UTC)))
    assert again.details == {"when": "2026-01-02 00:00:00+00:00"}
