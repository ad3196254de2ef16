"""Reports outside: the posters that lead to them."""
