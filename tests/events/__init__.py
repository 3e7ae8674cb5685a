"""Facts: each kind, each version, for ever."""

import events  # noqa: F401 - makes every kind known
