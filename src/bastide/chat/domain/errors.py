"""What is wrong with a request for an answer."""

from bastide.kit.errors import InvalidError


class NoQuestionError(InvalidError):
    """The conversation holds no text of a user to answer."""

    code = "chat.no_question"
