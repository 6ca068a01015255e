"""Tables of accounts: sessions, invitations and tokens. None of it is in the audit."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE

account = Table(
    "account",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("name", TEXT, nullable=False),  # what one signs in with; lower case
    Column("shown", TEXT, nullable=False),  # how colleagues read it
    Column("role", TEXT, nullable=False),
    Column("cleared", WHOLE, nullable=False),  # 0, 1: sees what is for the authority only
    Column("active", WHOLE, nullable=False),  # 0, 1
    Column("password", TEXT),  # Argon2id; null: none is set
    Column("wrong", WHOLE, nullable=False),  # wrong passwords in a row
    Column("rests", TEXT),  # until when none is taken
    Column("language", TEXT),  # null: as the browser asks
    Column("made", TEXT, nullable=False),
    Column("analyst", WHOLE, nullable=False, server_default="0"),  # 0, 1: works as one beside it
    UniqueConstraint("name", name="account_once"),
    sqlite_strict=True,
)

session = Table(
    "session",
    METADATA,
    Column("digest", TEXT, primary_key=True),
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("begun", TEXT, nullable=False),
    Column("seen", TEXT, nullable=False),
    Column("ends", TEXT, nullable=False),
    Column("agent", TEXT, nullable=False),  # what the browser calls itself
    Index("session_account", "account"),
    sqlite_strict=True,
)

invitation = Table(
    "invitation",
    METADATA,
    Column("digest", TEXT, primary_key=True),
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("made", TEXT, nullable=False),
    Column("ends", TEXT, nullable=False),
    Column("opened", WHOLE),  # by which account; null: on the server itself
    Index("invitation_account", "account"),
    sqlite_strict=True,
)

# A password that someone chose for an account, until somebody else confirms whose account it is.
activation = Table(
    "activation",
    METADATA,
    Column("digest", TEXT, primary_key=True),  # of the code that its page showed
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("password", TEXT, nullable=False),  # Argon2id
    Column("made", TEXT, nullable=False),
    Column("ends", TEXT, nullable=False),
    Index("activation_account", "account"),
    sqlite_strict=True,
)

token = Table(
    "token",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("digest", TEXT, nullable=False),
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("name", TEXT, nullable=False),  # what it is for
    Column("rights", TEXT, nullable=False),  # JSON list
    Column("made", TEXT, nullable=False),
    Column("ends", TEXT, nullable=False),
    Column("used", TEXT),  # the day it was last used
    UniqueConstraint("digest", name="token_once"),
    Index("token_account", "account"),
    sqlite_strict=True,
)

passkey = Table(
    "passkey",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("credential", TEXT, nullable=False),  # hexadecimal
    Column("public", TEXT, nullable=False),  # COSE key, hexadecimal
    Column("count", WHOLE, nullable=False),  # signatures that the device has counted
    Column("name", TEXT, nullable=False),  # by which its owner knows it
    Column("made", TEXT, nullable=False),
    Column("used", TEXT),  # the day it was last used
    UniqueConstraint("credential", name="passkey_once"),
    Index("passkey_account", "account"),
    sqlite_strict=True,
)

identity = Table(
    "identity",
    METADATA,
    Column("issuer", TEXT, primary_key=True),  # of a provider of OpenID Connect
    Column("subject", TEXT, primary_key=True),  # the provider's own name for someone
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("made", TEXT, nullable=False),
    UniqueConstraint("issuer", "account", name="identity_once"),
    sqlite_strict=True,
)
