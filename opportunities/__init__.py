"""Clôture: closing opportunities as won or lost, together with their quotes."""
