"""The other half of `claim`, under the name of its route."""

from approvals.flow.claim import release

__all__ = ["release"]
