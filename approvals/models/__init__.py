"""The product's rows: actions, who is asked, how they voted, what was decided."""

from approvals.models.action import PENDING, Action, Revision
from approvals.models.asking import ANY, Asked, Delegation, Question, Turn
from approvals.models.auditing import Audit
from approvals.models.configuration import ConfigVersion, Draft
from approvals.models.deciding import Decision, Report, Vote
from approvals.models.shadowing import Shadow
from approvals.models.watch import Beat

__all__ = [
    "ANY",
    "PENDING",
    "Action",
    "Asked",
    "Audit",
    "Beat",
    "ConfigVersion",
    "Decision",
    "Delegation",
    "Draft",
    "Question",
    "Report",
    "Revision",
    "Shadow",
    "Turn",
    "Vote",
]
