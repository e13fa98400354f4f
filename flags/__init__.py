"""The flags of this project's binaries, made from the configurations."""
