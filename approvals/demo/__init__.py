"""A make-believe company that uses the product: its configuration, its past weeks, and agents that keep asking."""
