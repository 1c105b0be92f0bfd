"""Plot: the live window. It draws a view state and decides nothing."""
