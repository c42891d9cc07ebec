"""`python -m toolkit` is the same as `consortium`."""

from toolkit.cli import main

if __name__ == "__main__":
    main()
