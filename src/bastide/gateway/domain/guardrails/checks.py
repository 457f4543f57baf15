"""What a pattern cannot say: check digits. Each check gives back how much of a match holds, 0: nothing.

A match may have taken more than belongs to it (the next word after an IBAN), so that a part of it counts.
"""

import ipaddress
import re

_SEPARATORS = re.compile(r"[ .\-\u00a0\u202f]")
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FK", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    **dict.fromkeys(("LC",), 32),
    **dict.fromkeys(("RU",), 33),
}
"""Characters of an IBAN by country, from the registry of SWIFT (ISO 13616)."""
_CARD_DIGITS = (13, 19)
_PHONE_DIGITS = (8, 15)  # E.164 allows 15


def whole(text: str) -> int:
    """The pattern has said it all."""
    return len(text)


def iban(text: str) -> int:
    """ISO 13616: the country says the length, the number modulo 97 is 1."""
    length = _IBAN_LENGTHS.get(text[:2])
    end = None if length is None else _end_of(text, length)
    if end is None or text[end : end + 1].isalnum():
        return 0
    plain = _SEPARATORS.sub("", text[:end])
    number = int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4]))
    return end if number % 97 == 1 else 0


def card(text: str) -> int:
    """ISO/IEC 7812: 13 to 19 digits with the check digit of Luhn, as payment cards begin."""
    if text[0] not in "23456":
        return 0
    least, most = _CARD_DIGITS
    for length in range(most, least - 1, -1):
        end = _end_of(text, length)
        if end is None or text[end : end + 1].isdigit():
            continue
        digits = _SEPARATORS.sub("", text[:end])
        if len(set(digits)) > 1 and luhn(digits):
            return end
    return 0


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) << (place & 1)
        total += value - 9 if value > 9 else value  # the sum of two digits
    return total % 10 == 0


def social_security(text: str) -> int:
    """The French number (NIR): 13 characters, and 97 less their number modulo 97. Corsica: 19, 18."""
    plain = _SEPARATORS.sub("", text)
    number = int(plain[:13].replace("2A", "19").replace("2B", "18"))
    return len(text) if int(plain[13:]) == 97 - number % 97 else 0


def phone(text: str) -> int:
    """As many digits as a telephone number has."""
    least, most = _PHONE_DIGITS
    return len(text) if least <= sum(character.isdigit() for character in text) <= most else 0


def ip_address(text: str) -> int:
    """An address, version 4 or 6, as the standard library reads it."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return 0
    return len(text) if any(character.isdigit() for character in text) else 0


def _end_of(text: str, length: int) -> int | None:
    """Where so many characters that are no separators end."""
    for index, character in enumerate(text):
        if not _SEPARATORS.match(character):
            length -= 1
            if length == 0:
                return index + 1
    return None
