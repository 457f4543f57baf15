"""Light stemming: endings of inflection and the commonest ones of derivation are cut, longest first."""

from bastide.models.domain.reader.words import word_set

_MIN_STEM = 3
_ROOT_AT_MOST = 5
ROOT_LETTERS = 4
"""A shorter stem has no family: too many words begin with the same three letters."""


_ENDINGS = {
    "fr": word_set(
        """
        s x e es ee ees er ers ez ent ant ante ants antes ait aient ais a as ai era erait eront eraient
        erent i ie ies is it ir ira irent irait iront issent issait issaient issant issement u ue us ues
        eur eurs euse euses rice rices ateur ateurs atrice atrices age ages ement ements ment ments
        ation ations ition itions ution utions tion tions sion sions ion ions ite ites if ifs ive ives
        ique iques isme ismes iste istes able ables ible ibles al ale ales aux el elle elles els ien
        ienne iens iennes ais aise aises ois oise oises eux euse ance ances ence ences iere ieres ier
        iers
        """
    ),
    "en": word_set(
        """
        s es ed ing ings e er ers or ors ly y ies ied ier iest ment ments ation ations ition itions tion
        tions sion sions ion ions ity ities ive ives able ably ible al ally als ance ances ence ences
        ant ants ent ents ness ful less ism ist ists ize ized izes izing ise ised ises ising ic ics ical
        ically
        """
    ),
}
_NONE: frozenset[str] = frozenset()
_LONGEST_ENDING = 8


def stem(word: str, language: str) -> str:
    """The word without its longest known ending; at least three letters stay."""
    if len(word) <= _MIN_STEM or not word.isalpha():
        return word
    endings = _ENDINGS.get(language, _NONE)
    for length in range(min(_LONGEST_ENDING, len(word) - _MIN_STEM), 0, -1):
        if word[-length:] in endings:
            word = word[:-length]
            break
    if len(word) > _MIN_STEM and word[-1] == word[-2]:
        return word[:-1]
    return word


def root(stem_: str) -> str:
    """What the words of one family most often share: their first letters."""
    return stem_[:_ROOT_AT_MOST]
