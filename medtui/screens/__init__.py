"""The screens, one file each, imported when they are first shown."""
