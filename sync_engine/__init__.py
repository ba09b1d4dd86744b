"""On-Demand Sync from Zuora to Salesforce: the engine."""
