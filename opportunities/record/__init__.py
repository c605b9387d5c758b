"""One opportunity: its page, creating, editing and deleting it, its notes."""
