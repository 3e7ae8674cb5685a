"""Read the files of a catalogue, and report every fault in them."""
