"""Packets to aligned sample blocks: sequence gaps, device clock to common clock, counts to SI, pairing."""
