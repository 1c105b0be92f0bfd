"""From hip angles to events: end range, holds, exits, blocks, cycles; the catalogue beside it is data."""
