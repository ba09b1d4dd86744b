"""What Salesforce has to hold after a sync, said again without the engine: its own table and arithmetic."""
