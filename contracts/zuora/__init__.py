"""What facts about Zuora need: a client, scenarios, and tenants of the mock to try them in."""
