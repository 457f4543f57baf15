"""Words of a text as the reader compares them: folded, without accents, numbers in one piece."""

import re
import unicodedata

_GROUPED_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")


def word_set(words: str) -> frozenset[str]:
    """Words written between blanks."""
    return frozenset(words.split())


FUNCTION_WORDS = {
    "fr": word_set(
        """
        a afin ai ainsi alors apres as au aucun aura aurait aussi autre autres aux avaient avait avant
        avec avoir ayant beaucoup bien c ca car ce ceci cela celle celles celui cependant ces cet cette
        ceux chaque chez comme comment d dans de depuis des desquels dont donc du duquel durant elle
        elles en encore entre es est et etaient etait etant etc ete etes etre eu eut eux fait faire font
        fut furent grace hors ici il ils j je jusqu jusque l la laquelle le lequel les lesquelles
        lesquels leur leurs lors lorsqu lorsque lui m ma mais me meme memes mes moi moins mon n ne ni
        non nos notre nous on ont or ou par parce parmi pas pendant peu peut peuvent plus plusieurs pour
        pourquoi pourrait pouvez puis puisque qu quand que quel quelle quelles quels quelque quelques
        qui quoi s sa sans se sera seront ses si soit son sont sous suis sur t ta tandis te tel telle
        tels tes toi ton tous tout toute toutes tres tu un une vers via vos votre vous y
        """
    ),
    "en": word_set(
        """
        a about above after again against all also am an and any are as at be because been before being
        below between both but by can could did do does doing done down during each either few for from
        further had has have having he her here hers him his how however i if in into is it its itself
        just may me might more most much must my no nor not now of off on once one only or other our out
        over own per s same she should shall so some such t than that the their them then there these
        they this those through to too under until up upon us very was we were what when where whether
        which while who whom whose why will with within without would you your
        """
    ),
}
# Words of one language's list only: what tells the two apart.
_TELLING = {
    "fr": FUNCTION_WORDS["fr"] - FUNCTION_WORDS["en"],
    "en": FUNCTION_WORDS["en"] - FUNCTION_WORDS["fr"] - {"on", "me", "an", "son", "do", "no"},
}


def fold(text: str) -> str:
    """Lower case without accents; ligatures taken apart. Not of the same length as the text."""
    text = text.casefold().replace("’", "'").replace("œ", "oe").replace("æ", "ae")
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def words_of(text: str) -> list[str]:
    """Folded words in order; « 100 000 » is one word, « l’eau » two."""
    joined = _GROUPED_NUMBER.sub(lambda match: re.sub(r"\s", "", match.group()), text)
    return _WORD.findall(fold(joined))


def guess_language(words: list[str], fallback: str = "en") -> str:
    """`fr` or `en` by function words; the fallback when nothing tells."""
    french = sum(word in _TELLING["fr"] for word in words)
    english = sum(word in _TELLING["en"] for word in words)
    if french == english:
        return fallback
    return "fr" if french > english else "en"


def function_words(language: str) -> frozenset[str]:
    """Function words of a language; of both for one that is neither French nor English."""
    return FUNCTION_WORDS.get(language) or FUNCTION_WORDS["fr"] | FUNCTION_WORDS["en"]
