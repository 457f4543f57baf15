import pytest

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.html import add_html


def read(text: str) -> str:
    out = TextBuilder(10_000_000)
    add_html(text, out)
    return out.build("text/html").text


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text", ["<!--" * 100_000, "<a " * 200_000, "<div>" * 100_000, "<table><tr><td>" * 30_000, "<" * 300_000]
)
def test_a_page_made_to_take_long_does_not(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>a < b et c</p>", "a < b et c"),
        ("<p>a<!-- rien --> b</p><!-- jamais fermé <p>c", "a b"),
        ("a &lt;b&gt; &eacute;&#233;", "a <b> éé"),
        ("<p>un<p>deux", "un\n\ndeux"),
        ("<ul><li>un<ul><li>dedans</ul><li>deux</ul>", "- un\n- dedans\n- deux"),
        ("<div hidden>caché</div><p>vu</p>", "vu"),
        ("<td>a</td>", "a"),
        ("<table><tr><td>a</td><td>b", "a | b"),
        ("<style>p{}</style><svg><text>x</text></svg>texte", "texte"),
    ],
)
def test_reads_what_a_browser_shows(text: str, expected: str) -> None:
    assert read(text) == expected
