"""The plain values that pages are given: frozen dataclasses of text, moments and tuples, and their pure makers."""
