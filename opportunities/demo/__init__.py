"""A made-up sales office to try Clôture with: `manage.py demo`."""

from opportunities.demo.names import LOGINS
from opportunities.demo.office import PASSWORD, WORDS, fill, has_data

LANGUAGES = sorted(WORDS)

__all__ = ["LANGUAGES", "LOGINS", "PASSWORD", "fill", "has_data"]
