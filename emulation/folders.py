"""Where the files lie that the application brings along."""

from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"  # catalogues, formats of papers, the demonstration
