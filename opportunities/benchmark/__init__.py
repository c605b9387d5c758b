"""The benchmark: a database filled with as many opportunities as one likes, and how fast the pages are on it."""
