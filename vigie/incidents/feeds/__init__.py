"""What outside sources bring: files in, understood records out. Nothing here writes."""
