"""Reading from and writing to Salesforce."""
