"""The configuration document: text to nodes, nodes to a checked document, a document to a `Policy`.

parse.py        text -> Node, each with its line and column
read*.py        nodes -> the plain document (JSON values, defaults left out), collecting every fault
crosscheck.py   what one part of the document says about another
check.py        all of that together: `check(text, …) -> Checked`
compile.py      the plain document -> approvals.terms.Policy
difference.py   two plain documents -> sentences
export.py       the plain document -> YAML or JSON that reads back as the same
"""
