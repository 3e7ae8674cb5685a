"""Facts: each kind, each version, for ever."""

import events.every  # noqa: F401 - makes every kind known
