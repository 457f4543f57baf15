"""Why a document was not read, or not changed. Each carries the code that the page translates."""

from typing import Self

from bastide.kit.errors import (
    ConflictError,
    DeadlineExceededError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)


class DocumentEncryptedError(InvalidError):
    """`reason` is `wrong` for a password that does not open it, `sealed` where no password could."""

    code = "document.encrypted"

    @classmethod
    def locked(cls, *, given: bool) -> Self:
        """A password opens it; the one that was `given` does not."""
        if given:
            return cls("The password is wrong.", reason="wrong")
        return cls("The file is protected by a password.")


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


class DocumentInfectedError(InvalidError):
    """The virus scanner has found something in it."""

    code = "document.infected"


class DocumentUnscannedError(InvalidError):
    """The virus scanner does not take it, so that it is not read either."""

    code = "document.unscanned"


class ScannerUnavailableError(UnavailableError):
    """The virus scanner does not answer; nothing is read unscanned."""

    code = "document.scanner_unavailable"


class ContentHeldError(ConflictError):
    """The bytes have not passed the virus scanner, and are given to nobody."""

    code = "document.content_held"


UNSAFE = frozenset({DocumentInfectedError.code, DocumentUnscannedError.code, ScannerUnavailableError.code})
"""Codes of failures after which nobody knows that the bytes are harmless."""


class DocumentNotFoundError(NotFoundError):
    """No document of that id, or none that the caller may know of."""

    code = "document.not_found"


class VersionNotFoundError(NotFoundError):
    """The document has no version of that number."""

    code = "document.version_not_found"


class TextNotReadyError(NotFoundError):
    """The version has not been parsed (yet)."""

    code = "document.text_not_ready"


class DocumentNameTakenError(ConflictError):
    """Another document of the collection has this name."""

    code = "document.name_taken"


class DocumentNotProcessingError(ConflictError):
    """Nothing to cancel: the document is not being read."""

    code = "document.not_processing"


class DocumentNotStoppedError(ConflictError):
    """Nothing to retry: the document is being read, or was read."""

    code = "document.not_stopped"


class CollectionNameTakenError(ConflictError):
    """The organisation has a collection of this name."""

    code = "collection.name_taken"


class CollectionNameError(InvalidError):
    """A collection cannot have this name."""

    code = "collection.name"


class MetadataError(InvalidError):
    """The metadata is not a JSON object, or too large."""

    code = "document.metadata"


class UploadError(InvalidError):
    """The body of an upload cannot be read: `details` say what is wrong."""

    code = "document.upload"


class SpanError(InvalidError):
    """The text has no characters at these offsets."""

    code = "document.span"
