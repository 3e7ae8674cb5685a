"""Values in a spreadsheet that are nothing but text: no web framework is needed."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula may begin with; the last four are the first ones in full width."""


def harmless(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula; numbers stay."""
    text = "" if value is None else str(value)
    is_text = isinstance(value, str)
    return f"'{text}" if is_text and text.startswith(FORMULA) else text
