"""The one collection of tables that a process knows; constraint names tell which field is at fault."""

from sqlalchemy import MetaData

DECLARED_IN = "declared_in"
"""Under this name the table of an entity, or of its parts, says which module declares it."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
