"""Files: the recorder, recordings and their recovery, foreign tables in, sample tables out."""
