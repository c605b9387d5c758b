"""Opportunities from a file: `import_file` with a mapping that says what the file's columns and words mean."""

from opportunities.exchange.csv_file import ImportRefused
from opportunities.exchange.mapping import load_mapping
from opportunities.exchange.report import Report, Result
from opportunities.exchange.services import import_file

__all__ = ["ImportRefused", "Report", "Result", "import_file", "load_mapping"]
