"""Blind looks at actions afterwards: who may answer them, when they begin, and what they show."""
