"""Reading the files of a catalogue, and saying everything that is wrong in them."""
