"""The command `ondemand-sync`."""
