"""What a chain does while nobody answers: one verb a file."""
