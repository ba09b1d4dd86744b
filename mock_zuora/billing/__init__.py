"""Billing: what charges owe, invoices, and the balances that follow from them."""
