"""Very many reports that went their whole way, with a word of its own in everything personal."""
