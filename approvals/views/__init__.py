"""The pages: each reads in one transaction, makes its face, renders. A POST that changes something calls one flow."""
