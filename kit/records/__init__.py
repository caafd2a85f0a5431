"""The standard methods, declared verbs and the unit of work: how a record is read, changed and remembered."""

from kit.records.methods.only_standard import standard
from kit.records.methods.standard import Records
from kit.records.methods.verbs import Said, itself, verb
from kit.records.process import Process
from kit.records.write.loading import stored
from kit.records.write.work import Work

__all__ = ["Process", "Records", "Said", "Work", "itself", "standard", "stored", "verb"]
