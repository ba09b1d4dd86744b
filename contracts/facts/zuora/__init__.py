"""Facts of Zuora's SOAP service, a module a topic."""
