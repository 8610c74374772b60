"""`python -m salzoo`."""

from salzoo.commands import main

if __name__ == "__main__":
    main()
