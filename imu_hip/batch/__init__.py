"""Many recordings: each one's result, named by what it was made of, on this computer or on many."""
