"""The built-in reader: what it quotes, what it refuses, and that it never breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.models.contract import Passage
from bastide.models.module import open_reader

FRENCH = (
    "Vous acquérez 2,5 jours de congé par mois travaillé, soit trente jours par an. "
    "La période de référence court du 1er juin au 31 mai. "
    "Le restaurant d’entreprise est ouvert de 11 h 45 à 13 h 45. "
    "La mutuelle est obligatoire, sauf dispense. L’employeur paie 60 % de la cotisation."
)
ENGLISH = (
    "Expense claims must be submitted within thirty days of the end of the trip. "
    "Taxis are refunded between 22:00 and 06:00. A private car is refunded at 0.42 euros per kilometre. "
    "Backups are made every night because discs fail."
)


def passage(text: str, start: int = 0, score: float = 0.5, language: str = "") -> Passage:
    return Passage("p", text, start, score, language=language)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Combien de jours de congé acquiert-on par mois ?", FRENCH, "2,5 jours"),
        ("À quelle heure le restaurant d’entreprise est-il ouvert ?", FRENCH, "11 h 45"),
        ("Quelle part de la cotisation l’employeur paie-t-il ?", FRENCH, "60 %"),
        ("How soon must expense claims be submitted?", ENGLISH, "within thirty days"),
        ("When are taxis refunded?", ENGLISH, "22:00"),
        ("Why are backups made?", ENGLISH, "because discs fail"),
    ],
)
def test_the_first_quote_holds_the_answer(question: str, text: str, expected: str) -> None:
    quotes = open_reader().read(question, [passage(text)]).quotes
    assert expected in quotes[0].text


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Qui a gagné la coupe du monde de football ?", "fr"),
        ("Comment réparer une fuite d’eau ?", "fr"),
        ("How do I cook rice?", "en"),
        ("Who was the first man on the moon?", "en"),
        ("", "en"),
        ("?!", "en"),
    ],
)
def test_what_the_passages_do_not_answer_is_not_quoted(question: str, language: str) -> None:
    text = FRENCH if language == "fr" else ENGLISH
    reading = open_reader().read(question, [passage(text, language=language)])
    assert reading.quotes == ()
    assert reading.language == language


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("football", False),
        ("Et le football ?", False),
        ("Et les congés ?", True),
        ("mutuelles", True),
        ("Combien ?", True),
    ],
)
def test_a_follow_up_about_something_else_is_not_answered_by_what_was_asked_before(
    question: str, *, answered: bool
) -> None:
    read = [passage(FRENCH, language="fr")]
    reading = open_reader().read(question, read, context="À quelle heure le restaurant est-il ouvert ?")
    assert bool(reading.quotes) is answered


@pytest.mark.parametrize(
    ("question", "before", "asked_in", "answered_in"),
    [
        ("football", "", "en", "en"),
        ("football", "", "", "fr"),  # nobody knows: as the best passage
        ("football", "Qui a gagné la coupe ?", "en", "fr"),
        ("Qui a gagné la coupe du monde ?", "", "en", "fr"),
        ("Wer hat gewonnen?", "", "en", "en"),
    ],
)
def test_it_speaks_the_language_of_who_asks_where_the_question_does_not_tell(
    question: str, before: str, asked_in: str, answered_in: str
) -> None:
    read = [passage(FRENCH, language="fr")]
    reading = open_reader().read(question, read, context=before, language=asked_in)
    assert reading.language == answered_in


def test_nothing_to_read_is_nothing_to_quote() -> None:
    assert open_reader().read("When?", []).quotes == ()


texts = st.text(max_size=300) | st.text(
    st.sampled_from("abcé .!?\n|-«»’'0123456789ABC\u00a0\u0301œ漢🙂"), max_size=400
)


@given(
    question=texts,
    read=st.lists(
        st.tuples(texts, st.integers(0, 10_000), st.floats(0, 1), st.sampled_from(["", "fr", "en", "de"]))
    ),
    max_quotes=st.integers(0, 5),
)
def test_quotes_are_spans_of_their_passages_and_the_same_every_time(
    question: str, read: list[tuple[str, int, float, str]], max_quotes: int
) -> None:
    passages = [
        Passage(str(number), text, start, score, language=language)
        for number, (text, start, score, language) in enumerate(read)
    ]
    reading = open_reader().read(question, passages, max_quotes=max_quotes)
    assert len(reading.quotes) <= max_quotes
    assert len({(quote.passage_id, quote.start) for quote in reading.quotes}) == len(reading.quotes)
    for quote in reading.quotes:
        source = passages[int(quote.passage_id)]
        assert quote.text
        assert source.text[quote.start - source.start : quote.end - source.start] == quote.text
        assert 0 <= quote.confidence <= 1
    assert open_reader().read(question, passages, max_quotes=max_quotes) == reading


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Où Marie habite-t-elle ?", "Marie part en 1900. Marie réside à Lyon. Il pleut.", "réside à Lyon"),
        ("When do backups run?", ENGLISH, "Backups are made every night"),
        ("À quelle heure ouvre le restaurant ?", FRENCH, "11 h 45"),
    ],
)
def test_other_words_for_the_same_are_understood(question: str, text: str, expected: str) -> None:
    assert expected in open_reader().read(question, [passage(text)]).quotes[0].text


def test_a_heading_or_a_question_is_no_answer() -> None:
    text = "# Mutuelle\n\nLa mutuelle est-elle obligatoire ?\n\nElle est obligatoire, sauf dispense."
    quotes = open_reader().read("La mutuelle est-elle obligatoire ?", [passage(text)]).quotes
    assert quotes[0].text == "Elle est obligatoire, sauf dispense."


def test_a_copy_is_not_quoted_twice() -> None:
    copies = [Passage(str(number), FRENCH, 0, 0.5, language="fr") for number in range(3)]
    quotes = open_reader().read("Combien de jours de congé par mois ?", copies).quotes
    assert quotes
    assert len({quote.text for quote in quotes}) == len(quotes)


def test_what_was_asked_before_helps() -> None:
    text = "Access logs are kept for four hundred days. Payslips are kept for fifty years. Payslips are blue."
    reader = open_reader()
    leaning = reader.read("And payslips?", [passage(text)], context="How long are access logs kept?")
    assert leaning.quotes[0].text == "Payslips are kept for fifty years."


@pytest.mark.parametrize(
    ("statement", "supported"),
    [
        ("On acquiert 2,5 jours de congé par mois.", True),
        ("L’employeur prend en charge 60 % de la cotisation.", True),
        ("On acquiert 4 jours de congé par mois.", False),
        ("La cantine sert des huîtres le dimanche.", False),
        ("The employer pays 60 % of the contribution.", True),
        ("The employer pays 75 % of the contribution.", False),
        ("Nobody can tell whether this is so.", True),  # nothing to compare over the border of languages
    ],
)
def test_a_statement_is_held_against_its_passage(statement: str, *, supported: bool) -> None:
    found = open_reader().support(statement, [passage(FRENCH, 100, language="fr")])
    assert found is not None
    assert found.supported is supported
    assert FRENCH[found.quote.start - 100 : found.quote.end - 100] == found.quote.text


def test_without_a_sentence_nothing_supports() -> None:
    assert open_reader().support("x", []) is None
    assert open_reader().support("x", [passage(" \n ")]) is None


@given(statement=texts, text=texts, language=st.sampled_from(["", "fr", "en", "de"]))
def test_support_is_a_span_of_the_passage(statement: str, text: str, language: str) -> None:
    found = open_reader().support(statement, [passage(text, 7, language=language)])
    assert (found is None) == (not text.strip())
    if found is not None:
        assert text[found.quote.start - 7 : found.quote.end - 7] == found.quote.text
        assert 0 <= found.quote.confidence <= 1


def test_a_row_is_read_under_the_first_row_of_its_table() -> None:
    text = "Kind of document | Kept for | Then\n\nPayslips | fifty years | archived\n\nBids | a year | burnt"
    quotes = open_reader().read("How long are payslips kept?", [passage(text)]).quotes
    assert quotes[0].text == "Payslips | fifty years | archived"
    assert not any("Kind of document" in quote.text for quote in quotes)


def test_a_search_that_has_found_nothing_makes_doubtful() -> None:
    """Passages about something alike share words with the question; their score tells them apart."""
    question = "Combien de jours de congé pour un mariage ?"
    found = [
        open_reader().read(question, [passage(FRENCH, score=score)]).quotes for score in (0.95, 0.5, 0.02)
    ]
    sure, enough, poor = found
    assert sure[0].confidence == enough[0].confidence
    assert not poor or poor[0].confidence < enough[0].confidence / 2


@pytest.mark.parametrize("score", [-1.0, 0.0, 1.0, 2.0])
def test_any_score_can_be_read(score: float) -> None:
    quotes = open_reader().read("When are taxis refunded?", [passage(ENGLISH, score=score)]).quotes
    assert all(0 <= quote.confidence <= 1 for quote in quotes)
