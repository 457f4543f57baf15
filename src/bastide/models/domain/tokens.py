"""How many tokens a text may have, where nobody has the tokenizer."""

import re

_WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")
_LETTERS_PER_TOKEN = 4
# Chinese, Japanese and Korean characters are a token each, or more.
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def estimated_tokens(text: str) -> int:
    """Words in pieces of at most four letters: rather too many than too few."""
    pieces = sum(-(-len(part) // _LETTERS_PER_TOKEN) for part in _WORD_OR_MARK.findall(text))
    return pieces + len(_IDEOGRAPH.findall(text))
