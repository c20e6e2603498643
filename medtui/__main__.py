"""`python -m medtui`: the same as the `medtui` command."""

from medtui.cli import main

if __name__ == "__main__":
    main()
