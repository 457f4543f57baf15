"""Public keys as the command line takes them: `id=base64`, as `bastide keyring status --json` shows them."""

import base64
import binascii
from collections.abc import Sequence

from bastide.kit.errors import InvalidError


class PublicKeyError(InvalidError):
    """A key is not of the form id=base64."""

    code = "public_key.form"


def public_keys(given: Sequence[str] | None) -> dict[str, bytes] | None:
    """By id; None when none was given.

    Raises:
        PublicKeyError: one is not of that form.
    """
    if not given:
        return None
    try:
        pairs = [text.split("=", 1) for text in given]
        return {name: base64.b64decode(value, validate=True) for name, value in pairs}
    except (ValueError, binascii.Error) as error:
        raise PublicKeyError("Give a key as id=base64.") from error
