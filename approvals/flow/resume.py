"""The other half of `pause`, under the name of its route."""

from approvals.flow.pause import resume

__all__ = ["resume"]
