"""Create people, their access and the doors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.database import foundation

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    foundation.create_tables()
    op.execute(sa.schema.CreateSequence(sa.Sequence("principal_key", data_type=sa.Integer)))
    for make in (
        _access_default,
        _group,
        _oauth_key,
        _oauth_revoked_token,
        _person,
        _policy_epoch,
        _profile,
        _role,
        _sharing_rule,
        _client,
        _credential,
        _session,
        _oauth_code,
        _oauth_consent,
        _oauth_grant,
        _oauth_refresh_token,
    ):
        make()


def _access_default() -> None:
    op.create_table(
        "access_default",
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        *foundation.record_columns(),
        foundation.words_column("entity_name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_default")),
        sa.UniqueConstraint("entity_name", name=op.f("uq_access_default_entity_name")),
    )
    foundation.index_record("access_default")


def _group() -> None:
    op.create_table(
        "group",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("person_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("role_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("role_and_below_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("group_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "share_key",
            sa.Integer(),
            server_default=sa.text("nextval('principal_key')"),
            nullable=False,
        ),
        *foundation.record_columns(),
        foundation.words_column("name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group")),
        sa.UniqueConstraint("name", name=op.f("uq_group_name")),
        sa.UniqueConstraint("share_key", name=op.f("uq_group_share_key")),
    )
    foundation.index_record("group")


def _oauth_key() -> None:
    op.create_table(
        "oauth_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("private_pem", sa.Text(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_oauth_key")),
    )


def _oauth_revoked_token() -> None:
    op.create_table(
        "oauth_revoked_token",
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_oauth_revoked_token")),
    )
    op.create_index(
        op.f("ix_oauth_revoked_token_expires_at"),
        "oauth_revoked_token",
        ["expires_at"],
        unique=False,
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("role_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("profile_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("duties", sa.Text(), nullable=True),
        sa.Column("skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "own_key",
            sa.Integer(),
            server_default=sa.text("nextval('principal_key')"),
            nullable=False,
        ),
        sa.Column(
            "share_key",
            sa.Integer(),
            server_default=sa.text("nextval('principal_key')"),
            nullable=False,
        ),
        *foundation.record_columns(),
        foundation.words_column("name", "email", "job_title"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("own_key", name=op.f("uq_person_own_key")),
        sa.UniqueConstraint("share_key", name=op.f("uq_person_share_key")),
    )
    foundation.index_record("person")


def _policy_epoch() -> None:
    op.create_table(
        "policy_epoch",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_policy_epoch")),
    )
    op.execute("INSERT INTO policy_epoch (single, epoch) VALUES (true, 0)")


def _profile() -> None:
    op.create_table(
        "profile",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("permissions", postgresql.JSONB(), nullable=False),
        sa.Column("field_access", postgresql.JSONB(), nullable=False),
        sa.Column("hidden_modules", sa.ARRAY(sa.Text()), nullable=False),
        *foundation.record_columns(),
        foundation.words_column("name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("name", name=op.f("uq_profile_name")),
    )
    foundation.index_record("profile")


def _role() -> None:
    op.create_table(
        "role",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("profile_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "share_key",
            sa.Integer(),
            server_default=sa.text("nextval('principal_key')"),
            nullable=False,
        ),
        sa.Column(
            "tree_key",
            sa.Integer(),
            server_default=sa.text("nextval('principal_key')"),
            nullable=False,
        ),
        *foundation.record_columns(),
        foundation.words_column("name"),
        sa.ForeignKeyConstraint(["parent_id"], ["role.id"], name=op.f("fk_role_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
        sa.UniqueConstraint("share_key", name=op.f("uq_role_share_key")),
        sa.UniqueConstraint("tree_key", name=op.f("uq_role_tree_key")),
    )
    foundation.index_record("role")
    op.create_index(op.f("ix_role_parent_id"), "role", ["parent_id"], unique=False)


def _sharing_rule() -> None:
    op.create_table(
        "sharing_rule",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("entity_name", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        *foundation.record_columns(),
        foundation.words_column("name", "entity_name"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_rule")),
    )
    foundation.index_record("sharing_rule")
    op.create_index(op.f("ix_sharing_rule_source_id"), "sharing_rule", ["source_id"], unique=False)
    op.create_index(op.f("ix_sharing_rule_target_id"), "sharing_rule", ["target_id"], unique=False)


def _client() -> None:
    op.create_table(
        "client",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("keeps_secret", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("grant_types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("redirect_uris", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("secret_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        *foundation.record_columns(),
        foundation.words_column("name", "client_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_client_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_client_client_id")),
    )
    foundation.index_record("client")
    op.create_index(op.f("ix_client_person_id"), "client", ["person_id"], unique=False)


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_credential_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credential")),
    )


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("handle", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_session_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_session")),
        sa.UniqueConstraint("handle", name=op.f("uq_session_handle")),
    )
    op.create_index("ix_session_ends", "session", ["idle_until"], unique=False)
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)


def _oauth_code() -> None:
    op.create_table(
        "oauth_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("code_challenge", sa.Text(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_oauth_code_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_oauth_code_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_oauth_code")),
    )
    op.create_index(op.f("ix_oauth_code_client_id"), "oauth_code", ["client_id"], unique=False)
    op.create_index(op.f("ix_oauth_code_expires_at"), "oauth_code", ["expires_at"], unique=False)
    op.create_index(op.f("ix_oauth_code_person_id"), "oauth_code", ["person_id"], unique=False)


def _oauth_consent() -> None:
    op.create_table(
        "oauth_consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_oauth_consent_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_oauth_consent_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "client_id", name=op.f("pk_oauth_consent")),
    )


def _oauth_grant() -> None:
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_oauth_grant_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_oauth_grant_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_grant")),
    )
    op.create_index(op.f("ix_oauth_grant_client_id"), "oauth_grant", ["client_id"], unique=False)
    op.create_index(op.f("ix_oauth_grant_expires_at"), "oauth_grant", ["expires_at"], unique=False)
    op.create_index(op.f("ix_oauth_grant_person_id"), "oauth_grant", ["person_id"], unique=False)


def _oauth_refresh_token() -> None:
    op.create_table(
        "oauth_refresh_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["oauth_grant.id"],
            name=op.f("fk_oauth_refresh_token_grant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_oauth_refresh_token")),
    )
    op.create_index(
        op.f("ix_oauth_refresh_token_grant_id"), "oauth_refresh_token", ["grant_id"], unique=False
    )
