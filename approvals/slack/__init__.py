"""The product's face in Slack: what its messages show, and what its buttons do."""
