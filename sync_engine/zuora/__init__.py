"""Reading from Zuora."""
