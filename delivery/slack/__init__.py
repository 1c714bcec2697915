"""Slack, outgoing: notes (messages kept up to date), filed from parcels and kept by one writer each."""
