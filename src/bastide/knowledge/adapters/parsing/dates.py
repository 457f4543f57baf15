"""Dates that files say of themselves, in the one form that filters compare: ISO 8601."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

# D:20240131093000+01'00', of which everything after the year may be missing (ISO 32000, 7.9.4).
_PDF = re.compile(
    r"D:(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?)?(?:Z.*|([+-])(\d\d)'?(?:(\d\d)'?)?)?", re.ASCII
)


def iso_date(text: str) -> str:
    """A date of a PDF file or of an e-mail; what is neither stays as it is."""
    found = _PDF.fullmatch(text.strip())
    try:
        return _of_pdf(found) if found else parsedate_to_datetime(text).isoformat()
    except (ValueError, OverflowError):
        return text


def _of_pdf(found: re.Match[str]) -> str:
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    date = f"{year}-{month or '01'}-{day or '01'}"
    if hour is None:
        return datetime.fromisoformat(date).date().isoformat()
    zone = f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00"
    return datetime.fromisoformat(f"{date}T{hour}:{minute or '00'}:{second or '00'}{zone}").isoformat()
