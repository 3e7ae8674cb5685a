"""The settings, from environment variables. Only what starts a process reads them."""

from settings.general import default_catalogue
from settings.loading import (
    SECRETS,
    InvalidSettings,
    Settings,
    load,
    unknown_variables,
)
from settings.lrs import LRS_OFF, LRS_SIMULATED
from settings.parts import variable

__all__ = [
    "LRS_OFF",
    "LRS_SIMULATED",
    "SECRETS",
    "InvalidSettings",
    "Settings",
    "default_catalogue",
    "load",
    "unknown_variables",
    "variable",
]
