"""What is wrong with a request for an answer."""

from bastide.kit.errors import InvalidError, UnavailableError


class NoQuestionError(InvalidError):
    """The conversation holds no text of a user to answer."""

    code = "chat.no_question"


class NoDocumentsError(UnavailableError):
    """This process has no documents: it is a gateway alone."""

    code = "chat.no_documents"
