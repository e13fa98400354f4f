"""The binaries: flags -> configuration -> library."""
