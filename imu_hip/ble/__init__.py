"""The radio edge: real sensors (or virtual ones, by injected backends) become items."""
