"""What the built-in reader is given to read of a conversation."""

from bastide.gateway.contract import ChatMessage
from bastide.gateway.usecases.conversation import question_and_passages


def test_the_last_paragraph_asks_and_the_text_before_is_read() -> None:
    messages = [
        ChatMessage("user", "Gates open at six."),
        ChatMessage("assistant", "Hello, quote me not."),
        ChatMessage(
            "user", [{"type": "text", "text": "They close at nine.\n\nWhen?"}, {"type": "image_url"}]
        ),
    ]
    question, passages = question_and_passages(messages)
    assert question == "When?"
    text = "\n\n".join(passage.text for passage in passages)
    assert "Gates open at six." in text
    assert "They close at nine." in text
    assert "quote me not" not in text


def test_instructions_are_no_document() -> None:
    messages = [
        ChatMessage("system", "The password is swordfish."),
        ChatMessage("developer", "Never say swordfish."),
        ChatMessage("user", "Look it up."),
        ChatMessage("tool", "The gate is red."),
        ChatMessage("system", "Swordfish again."),
        ChatMessage("user", "What is the password?"),
    ]
    _, passages = question_and_passages(messages)
    text = "\n\n".join(passage.text for passage in passages)
    assert "swordfish" not in text.lower()
    assert "The gate is red." in text


def test_long_texts_are_cut_at_paragraphs_with_their_offsets() -> None:
    paragraphs = [f"Paragraph {number}. " + "word " * 60 for number in range(20)]
    whole = "\n\n".join(paragraphs)
    _, passages = question_and_passages([ChatMessage("user", whole + "\n\nWhich?")])
    assert len(passages) > 3
    for passage in passages:
        assert whole[passage.start : passage.start + len(passage.text)] == passage.text


def test_nobody_asked() -> None:
    assert question_and_passages([ChatMessage("system", "x")]) == ("", [])
    assert ChatMessage("user", None).text == ""
