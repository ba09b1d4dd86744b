"""What facts about Salesforce need: a client of its SOAP services, scenarios of orgs, and stages over the mock."""
