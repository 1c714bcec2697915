"""The plain values that pages are given: frozen dataclasses of text, moments and tuples, and the pure makers of them."""
