"""Tables of accounts, sessions, invitations and tokens; the audit log contains none of this."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE

account = Table(
    "account",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("name", TEXT, nullable=False),  # sign-in name; lower case
    Column("shown", TEXT, nullable=False),  # display name
    Column("role", TEXT, nullable=False),
    Column("cleared", WHOLE, nullable=False),  # 0, 1: may see restricted data
    Column("active", WHOLE, nullable=False),  # 0, 1
    Column("password", TEXT),  # Argon2id; null: not set
    Column("wrong", WHOLE, nullable=False),  # consecutive wrong passwords
    Column("rests", TEXT),  # locked until
    Column("language", TEXT),  # null: the browser's language
    Column("made", TEXT, nullable=False),
    Column("analyst", WHOLE, nullable=False, server_default="0"),  # 0, 1: also works as an analyst
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
    Column("agent", TEXT, nullable=False),  # user agent
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
    Column("opened", WHOLE),  # account that opened it; null: the server itself
    Index("invitation_account", "account"),
    sqlite_strict=True,
)

# A chosen password, pending until another person confirms the account's owner.
activation = Table(
    "activation",
    METADATA,
    Column("digest", TEXT, primary_key=True),  # of the code shown on the page
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
    Column("name", TEXT, nullable=False),  # purpose
    Column("rights", TEXT, nullable=False),  # JSON list
    Column("made", TEXT, nullable=False),
    Column("ends", TEXT, nullable=False),
    Column("used", TEXT),  # day of last use
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
    Column("count", WHOLE, nullable=False),  # signature counter of the device
    Column("name", TEXT, nullable=False),  # as its owner calls it
    Column("made", TEXT, nullable=False),
    Column("used", TEXT),  # day of last use
    UniqueConstraint("credential", name="passkey_once"),
    Index("passkey_account", "account"),
    sqlite_strict=True,
)

identity = Table(
    "identity",
    METADATA,
    Column("issuer", TEXT, primary_key=True),  # OpenID Connect provider
    Column("subject", TEXT, primary_key=True),  # the provider's identifier of the user
    Column("account", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("made", TEXT, nullable=False),
    UniqueConstraint("issuer", "account", name="identity_once"),
    sqlite_strict=True,
)
