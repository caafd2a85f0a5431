"""Which entities take files: those on which people write notes; services and gateway go by the same."""

from kit.beside.taking import takes_notes

takes_files = takes_notes
