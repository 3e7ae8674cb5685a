"""Words as people write them: cleaned of what cannot be seen, folded to be compared."""

import re
import unicodedata

_SPACES = "\t\n\r\v\f\u00a0\u2007\u202f"
_UNSEEN = "\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_JOINERS = "\u200c\u200d"
_NO_BASE_LETTER = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
    }
    | {"þ": "th", "ŧ": "t", "ŋ": "n", "ĸ": "k"}
)
_LATIN_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_PLAIN_NAME = str.maketrans("-", " ", "'`")
"""In ASCII: what parts the words of a name, and what joins them."""
_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\uff07`\u00b4]")


def clean(text: str) -> str:
    """Take away what nobody sees; spelling and case stay as they are (U4).

    Composed (NFC), no-break spaces and line breaks made plain spaces, zero-width
    spaces, soft hyphens, marks of direction and control characters dropped, outer
    spaces trimmed. Joiners inside a word belong to its spelling in some scripts and
    stay.
    """
    if text.isprintable():  # as nearly all that is written
        return unicodedata.normalize("NFC", text).strip()
    plain = "".join(
        " " if letter in _SPACES else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter in _SPACES
        or (letter not in _UNSEEN and unicodedata.category(letter) not in {"Cc", "Cs"})
    )
    return plain.strip(" " + _JOINERS).strip()


def fold(text: str) -> str:
    """Bring to one form what differs in case, accents and spaces alone (domain, 3)."""
    folded = clean(text).casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded).translate(_NO_BASE_LETTER)
        apart = _LATIN_ACCENTS.sub("", apart)
        if not apart.isascii():
            apart = "".join(x for x in apart if not unicodedata.combining(x))
        folded = apart.casefold()
    return " ".join(folded.split())


def words(text: str) -> tuple[str, ...]:
    """Give the folded words of a name: ``Ní Bhriain`` is ``ni`` and ``bhriain``.

    An apostrophe joins, as ``obrien``; a hyphen parts.
    """
    if text.isascii():
        plain = text.translate(_PLAIN_NAME)
        if plain.replace(" ", "").isalpha():  # as most names are
            return tuple(plain.casefold().split())
    joined = _APOSTROPHES.sub("", fold(text.replace("\u00b4", "'")))
    return tuple(re.findall(r"\w+", joined))


def searchable_words(text: str) -> frozenset[str]:
    """Give every word that a name is found by: O'Brien by ``obrien`` and ``brien``."""
    return frozenset(words(text)) | frozenset(words(_APOSTROPHES.sub(" ", text)))
