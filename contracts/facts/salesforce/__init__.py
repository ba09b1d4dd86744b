"""What Salesforce's SOAP services promise, a module a topic."""
