"""From rows to the plain values that pages are given (`approvals.faces`): one file a part of the page."""
