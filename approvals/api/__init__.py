"""The HTTP API (CONTRACT.md sections 3 and 4): parse, call one flow, answer. No decisions."""
