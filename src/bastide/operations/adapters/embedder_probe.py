"""Whether search can go by meaning."""

from bastide.models.contract import Embedder
from bastide.operations.domain.check import Check, CheckState

_SHOWN_LANGUAGES = ("en", "fr")
_HINT = "bastide setup"
_UNTRUSTED_HINT = (
    "It does not tell answers from other texts. Look at its prefixes and pooling in `embedder_url`."
)
_NONE = "none"  # the name of what serves when there is none


class EmbedderProbe:
    """Asks it for one vector.

    `wanted`: the settings name one; `given` is then without vectors when it could not be had.
    """

    name = "embedder"
    needed = False

    def __init__(self, given: Embedder, *, wanted: bool) -> None:
        self._given = given
        self._wanted = wanted

    async def check(self) -> Check:
        """Raises EmbedderError, which tells what is the matter."""
        one = self._given
        if one.name == _NONE:
            if not self._wanted:
                return Check(self.name, CheckState.OK, "none, as set: search goes by words alone")
            message = "The embedder is not there: search goes by words alone"
            return Check(self.name, CheckState.WARNING, message, "models.missing", _HINT)
        await one.embed_query("a question")
        trust = ", ".join(f"{language} {one.trust(language):.2f}" for language in _SHOWN_LANGUAGES)
        message = f"{one.name}, {one.dimensions} dimensions, trusted {trust}"
        if not any(one.trust(language) for language in _SHOWN_LANGUAGES):
            return Check(self.name, CheckState.WARNING, message, "embedder.untrusted", _UNTRUSTED_HINT)
        return Check(self.name, CheckState.OK, message)
