"""Deciding by mail: what a link shows and may do, what is said when it is over, and addresses that fail."""
