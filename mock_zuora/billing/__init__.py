"""Billing: what charges owe, invoices, and the balances that follow from them.

What a new version of a subscription must carry over for it: a segment that goes on, or ends, keeps its
ChargedThroughDate; a new segment has none. What was billed beyond a segment's end is then given back.
"""
