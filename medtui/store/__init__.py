"""What this machine keeps on its disk, in its keyring, and in its environment."""
