"""However a text is cut, guardrails find the same in it."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.gateway.domain.errors import PatternError
from bastide.gateway.domain.guardrails.detector import Detector
from bastide.gateway.domain.guardrails.filter import TextFilter
from bastide.gateway.domain.guardrails.patterns import shape_of
from bastide.gateway.domain.guardrails.recognisers import RECOGNISERS
from bastide.gateway.domain.guardrails.rules import Action, Guardrail, Screen, Stage, screens_of

ALL = tuple(RECOGNISERS)
SAMPLES = (
    "écrivez à jean.dupont@exemple.fr, merci",
    "FR76 3000 6000 0112 3456 7890 189 MERCI",
    "carte 4111 1111 1111 1111 123",
    "1 84 12 76 451 089 46",
    "06 12 34 56 78",
    "+44 20 7946 0958",
    "2001:db8::1",
    "192.168.1.254",
    "sk-bastide-0123456789abcdef_0123456789012345678901234567890123456789012",
    "foo-bar foobar abab",
)
PATTERNS = (
    r"foo(?:-?bar)?",
    r"\bfoo\b",
    r"(?i)a{2,4}b|ba",
    r"(?:ab){1,3}c?",
    r"a[^b]{0,3}b",
    r"^foo|bar$",
    r"(a|ab)(c|bcd)d?",
    r"\w{3}\.\b",
    r"x?y??z{1,2}a",
)


def guardrail(
    action: Action, recognisers: tuple[str, ...] = ALL, patterns: tuple[str, ...] = ()
) -> Guardrail:
    return Guardrail("grd_1", "org_1", "n", action, (Stage.BEFORE,), recognisers, patterns)


def cut(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, len(text), *(place % (len(text) + 1) for place in cuts)})
    return [text[start:end] for start, end in pairwise(places)]


def passed(screens: list[Screen], pieces: list[str]) -> tuple[str, list[object]]:
    found = TextFilter(screens)
    text = "".join([found.feed(piece) for piece in pieces]) + found.finish()
    if found.blocked is not None:
        return "", ["blocked"]
    return text, sorted(map(repr, found.findings))


texts = st.lists(st.sampled_from(SAMPLES) | st.text("abcdfoxyz01+ @.-:é\n", max_size=12), max_size=5).map(
    "".join
)
SCREENS = [
    screen
    for action, recognisers, patterns in (
        (Action.MASK, ALL, ()),
        (Action.FLAG, ("email", "card"), (r"\bfoo\b",)),
        (Action.MASK, (), PATTERNS),
    )
    for screen in screens_of(guardrail(action, recognisers, patterns))
]


@settings(max_examples=100)
@given(texts, st.lists(st.integers(0, 300), max_size=12))
def test_cutting_a_text_changes_nothing(text: str, cuts: list[int]) -> None:
    assert passed(SCREENS, cut(text, cuts)) == passed(SCREENS, [text])


@settings(max_examples=40)
@given(texts)
def test_one_character_at_a_time_changes_nothing(text: str) -> None:
    assert passed(SCREENS, list(text)) == passed(SCREENS, [text])


@given(st.sampled_from(PATTERNS), st.text("abcdfox-yzA. ", max_size=30), st.lists(st.integers(0, 30)))
def test_what_blocks_does_so_in_any_pieces(pattern: str, text: str, cuts: list[int]) -> None:
    screens = screens_of(guardrail(Action.BLOCK, (), (pattern,)))
    expected = re.search(pattern, text) is not None
    assert (passed(screens, cut(text, cuts))[1] == ["blocked"]) is expected


@given(st.sampled_from(PATTERNS), st.text("abcdfox-yzA. ", max_size=30))
def test_each_beginning_of_a_match_is_waited_for(pattern: str, text: str) -> None:
    """The matches are those of the standard library, found as soon as nothing can change them."""
    spans, _ = Detector(pattern).scan(text, 0, complete=True)
    assert spans == [match.span() for match in re.finditer(pattern, text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a.b+c@mail.example.co.uk", "email"),
        ("01.23.45.67.89", "phone"),
        ("+33 (0)6 12 34 56 78", "phone"),
        ("0033612345678", "phone"),
        ("(555) 123-4567", "phone"),
        ("020 7946 0958", "phone"),
        ("FR7630006000011234567890189", "iban"),
        ("GB82 WEST 1234 5698 7654 32", "iban"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("4111 1111 1111 1111", "card"),
        ("378282246310005", "card"),
        ("5555-5555-5555-4444", "card"),
        ("1 84 12 76 451 089 46", "fr_social_security"),
        ("255112A12345694", "fr_social_security"),
        ("10.0.0.1", "ip_address"),
        ("fe80::1", "ip_address"),
        ("sk-proj-abcdefghijklmnopqrstuvwx", "api_key"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "api_key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "api_key"),
    ],
)
def test_recognised(text: str, kind: str) -> None:
    screens = screens_of(guardrail(Action.MASK, (kind,)))
    label = RECOGNISERS[kind].label
    assert TextFilter(screens).whole(f"Voici {text}, merci.") == f"Voici {label}, merci."


@pytest.mark.parametrize(
    "text",
    [
        "FR76 3000 6000 0112 3456 7890 188",  # check digits
        "FR76 3000 6000 0112",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "1 84 12 76 451 089 47",
        "12:34:56",
        "std::vector",
        "999.1.1.1",
        "le 21/11/2026 à 10 h 30, page 12",
        "a@b",
        "version 1.2.3",
    ],
)
def test_not_recognised(text: str) -> None:
    screens = screens_of(guardrail(Action.BLOCK, tuple(name for name in ALL if name != "phone")))
    assert TextFilter(screens).whole(text) == text


def test_only_what_a_match_may_still_need_is_held_back() -> None:
    found = TextFilter(screens_of(guardrail(Action.MASK, ("email", "iban"))))
    assert found.feed("Bonjour, ") == "Bonjour, "
    assert found.feed("jean") == ""
    assert found.feed(" et paul@") == "jean et "
    assert found.feed("x.fr !") == "[EMAIL] !"


def test_a_flag_holds_nothing_back() -> None:
    found = TextFilter(screens_of(guardrail(Action.FLAG)))
    assert found.feed("jean@") == "jean@"
    assert found.feed("x.fr ") == "x.fr "
    assert [finding.kind for finding in found.findings] == ["email"]


def test_masks_that_overlap_hide_all_of_both() -> None:
    screens = screens_of(guardrail(Action.MASK, (), ("abc", "bcde", "cd")))
    assert TextFilter(screens).whole("xabcdex") == "x[REDACTED]x"


@pytest.mark.parametrize(
    "pattern",
    ["a*", "a+", "a{2,}", "(ab)+c", "x{0,5}", "(", "a{1001}", r"(a)\1", "(?=a)b", "a(?i)b", "[a", r"\Qa"],
)
def test_a_pattern_that_could_hold_a_stream_forever_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        Detector(pattern)


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("abc", 3, 3),
        ("a{2,5}b?", 2, 6),
        ("(?:ab|c){3}", 3, 6),
        (r"[]a-c\]]x", 2, 2),
        (r"\pL\x{e9}[[:digit:]]", 3, 3),
    ],
)
def test_the_length_of_a_match(pattern: str, least: int, most: int) -> None:
    shape = shape_of(pattern)
    assert (shape.least, shape.most) == (least, most)


def test_no_pattern_can_run_away() -> None:
    """What makes a backtracking engine take years: (a|a)…b over a long run of a."""
    screens = screens_of(guardrail(Action.BLOCK, (), (r"(?:(?:a|a)(?:a|a)){1,30}b",)))
    assert TextFilter(screens).whole("a" * 20_000) == "a" * 20_000
