"""What every screen is made of; it knows no feature."""
