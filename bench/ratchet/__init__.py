"""The trust ratchet played against thousands of agents whose error rates are known, beside rules in common use."""
