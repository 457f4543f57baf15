import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.quote_search import find_quote


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("a The end. b", "the end", "The end"),
        ("It is a re\x02cent advance", "a recent adv", "a re\x02cent adv"),
        ("l'o\ufb03ce du tourisme", "office", "o\ufb03ce"),
        ("Vision ......... 6", "Vision … 6", "Vision ......... 6"),
        ("e\u0301te\u0301", "été", "e\u0301te\u0301"[:4]),
    ],
)
def test_finds_what_reads_the_same(text: str, quote: str, found: str) -> None:
    span = find_quote(text, quote)
    assert span is not None
    assert text[span[0] : span[1]] == found


@pytest.mark.parametrize("number", range(4))
def test_of_several_places_the_one_that_is_meant(number: int) -> None:
    line = "Le prix est de 3 euros.\n"
    before = "".join(f"Article {n}\n{line}" for n in range(number)) + f"Article {number}\n"
    text = "PAGE 7\n" + "".join(f"Article {n}\n{line}" for n in range(4))  # a header that nobody kept
    span = find_quote(text, line, before)
    assert span is not None
    assert text[: span[0]].count("Article") == number + 1


@pytest.mark.parametrize("quote", ["", "…", "not there"])
def test_finds_nothing_else(quote: str) -> None:
    assert find_quote("Some text.", quote) is None


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_stretch_of_the_text_is_found_in_it(before: str, quote: str, after: str) -> None:
    span = find_quote(before + quote + after, quote)
    if any(map(str.isalnum, quote)):
        assert span is not None
        assert span[0] <= len(before) + len(quote)
