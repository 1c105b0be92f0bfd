"""What the program knows of a recording, written in the formats of other tools: one file for each format."""
