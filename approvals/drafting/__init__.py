"""Edits of the plain configuration document, as pages make them: a document in, the next one out. Pure."""
