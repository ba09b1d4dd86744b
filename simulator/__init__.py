"""The ground floor under the mocks: clock, SOAP protocol, hosting, record store and journal."""
