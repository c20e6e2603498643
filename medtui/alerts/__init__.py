"""How notices reach the user outside the app's screens: terminal, desktop, and Apprise."""
