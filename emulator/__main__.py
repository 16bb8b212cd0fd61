"""Lets `python -m emulator` do what `mockdoor` does."""

from emulator.cli.main import main

if __name__ == "__main__":
    main()
