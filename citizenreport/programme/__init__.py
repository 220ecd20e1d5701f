"""One Agency One Innovation: the register of innovations and its public copy.

in    what agencies write about an innovation, its papers and photos; decisions of desk and head
out   records, their history as events of the ledger, published rows for those that are published
never reads a report's words or a reporter
"""
