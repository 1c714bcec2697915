"""A stand-in for Slack: a workspace that checks tokens, limits and blocks as Slack does, and can misbehave."""
