"""What every service does on a clock, beside its own jobs."""

from kit.beside.files.sweeping import measure_files, sweep_files
from kit.beside.follow.telling import tell_followers
from kit.bulk.pruning import forget_bulks
from kit.importing.undoing import forget_what_was
from kit.mail.posting import forget_letters
from kit.merging.pruning import forget_merges
from kit.records.bin.erasing import empty_bins
from kit.records.methods.pruning import forget_answers
from kit.search.collecting import collect_words, forget_words
from kit.service import Every
from kit.texts.reading import read_files

JOBS = (
    Every(1, tell_followers),
    Every(3600, forget_answers),
    Every(600, empty_bins),
    Every(60, sweep_files),
    Every(600, measure_files),
    Every(3600, forget_letters),
    Every(3600, forget_bulks),
    Every(3600, forget_what_was),
    Every(3600, forget_merges),
    Every(3, collect_words),
    Every(3, read_files),
    Every(3600, forget_words),
)
"""What every service does beside its own jobs."""
