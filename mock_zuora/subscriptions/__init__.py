"""Subscriptions: made from a catalogue, changed by amendments, one new version a change."""
