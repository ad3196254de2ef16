"""What the observatory counts, over what, and what the public may see of it. Pure."""
