"""What can be wrong with an embedder. All may pass: search goes by words alone meanwhile, documents wait."""

from bastide.kit.errors import UnavailableError


class EmbedderError(UnavailableError):
    """It cannot be reached, or not now."""

    code = "embedder.unavailable"


class EmbedderRefusedError(EmbedderError):
    """It answers that it will not: a wrong key, an unknown model, a text too long."""

    code = "embedder.refused"


class EmbedderAnswerError(EmbedderError):
    """What it answers are not the vectors that were asked for."""

    code = "embedder.answer"


class EmbedderChangedError(EmbedderError):
    """Another model has taken its name."""

    code = "embedder.changed"


class EmbedderFolderError(EmbedderError):
    """A folder does not hold a model that can be run."""

    code = "embedder.folder"
