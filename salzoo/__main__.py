"""`python -m salzoo`."""

from salzoo.cli import main

if __name__ == "__main__":
    main()
