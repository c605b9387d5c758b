"""The list of opportunities: what a salesperson begins with."""
