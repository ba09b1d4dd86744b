"""`python -m sync_engine` is the command `ondemand-sync`."""

from __future__ import annotations

from sync_engine.cli.main import main

if __name__ == "__main__":
    main()
