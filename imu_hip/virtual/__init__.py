"""Virtual radio and virtual sensors: the same bytes over the same client, without hardware."""
