"""Text as people write it: cleaned of invisible characters, and folded for comparison."""

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
"""ASCII characters that separate the words of a name, and those that join them."""
_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\uff07`\u00b4]")


def clean(text: str) -> str:
    """Remove what nobody sees; spelling and case stay (U4).

    The text is composed (NFC). No-break spaces and line breaks become plain spaces;
    zero-width spaces, soft hyphens, marks of direction and control characters are dropped;
    outer spaces are trimmed. Joiners inside a word stay, because some scripts spell with
    them.
    """
    if text.isprintable():  # nearly all text
        return unicodedata.normalize("NFC", text).strip()
    plain = "".join(
        " " if letter in _SPACES else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter in _SPACES
        or (letter not in _UNSEEN and unicodedata.category(letter) not in {"Cc", "Cs"})
    )
    return plain.strip(" " + _JOINERS).strip()


def fold(text: str) -> str:
    """Write texts that differ only in case, accents and spaces the same way (domain, 3)."""
    folded = clean(text).casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded).translate(_NO_BASE_LETTER)
        apart = _LATIN_ACCENTS.sub("", apart)
        if not apart.isascii():
            apart = "".join(x for x in apart if not unicodedata.combining(x))
        folded = apart.casefold()
    return " ".join(folded.split())


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of a name: ``Ní Bhriain`` gives ``ni`` and ``bhriain``.

    An apostrophe joins, as in ``obrien``; a hyphen separates.
    """
    if text.isascii():
        plain = text.translate(_PLAIN_NAME)
        if plain.replace(" ", "").isalpha():  # most names
            return tuple(plain.casefold().split())
    joined = _APOSTROPHES.sub("", fold(text.replace("\u00b4", "'")))
    return tuple(re.findall(r"\w+", joined))


def searchable_words(text: str) -> frozenset[str]:
    """Return every word by which a name is found: O'Brien by ``obrien`` and ``brien``."""
    return frozenset(words(text)) | frozenset(words(_APOSTROPHES.sub(" ", text)))
