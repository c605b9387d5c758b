"""How a user wants to be served."""
