"""Bodies and sensors that do not exist: a script and sensor errors in, samples and truth out."""
