"""Why a document was not read. Each carries the code that the page translates."""

from bastide.kit.errors import DeadlineExceededError, InvalidError, TooLargeError


class DocumentEncryptedError(InvalidError):
    code = "document.encrypted"


class DocumentUnsupportedError(InvalidError):
    code = "document.unsupported"


class DocumentCorruptError(InvalidError):
    code = "document.corrupt"


class DocumentTooLargeError(TooLargeError):
    code = "document.too_large"


class DocumentTimeoutError(DeadlineExceededError):
    code = "document.timeout"


class DocumentEmptyError(InvalidError):
    code = "document.empty"
