"""Views for external tools that read the database: Datasette, DuckDB, Power BI, notebooks.

Tables are designed for the pages, with JSON payloads and internal names. Views are a stable
interface: their columns stay when tables change. A later revision that changes a column used by a
view drops the view first, and recreates it.

Flags are 0 and 1, dates and times ISO 8601 text, on both databases.
"""

from alembic import op

revision = "0033"
down_revision = "0032"

VIEWS = ("v_alert", "v_consignment", "v_party", "v_decision", "v_case")

_ALERT = """
SELECT
  a.id AS alert, s.name AS file, s.sha256 AS file_sha256, l.id AS line, a."row" AS "row",
  a.consignment AS consignment, a.seq AS seq, a.severity AS severity, a.score AS score,
  a.rank AS rank, a.title AS title,
  (SELECT {substances}) AS substances,
  l.goods AS goods, l.hs AS hs, l.origin AS origin, a.due AS due, a.day AS day,
  a.status AS status, a.assignee AS assignee, d.verdict AS verdict, d."by" AS decided_by,
  d.at AS decided_at, a.restricted AS restricted, a.stored AS stored
FROM alert a
JOIN source s ON s.id = a.source
JOIN line l ON l.source = a.source AND l."row" = a."row"
LEFT JOIN decision d ON d.id = a.decided
"""
_CONSIGNMENT = """
SELECT
  l.id AS line, s.name AS file, s.sha256 AS file_sha256, l."row" AS "row",
  l.consignment AS consignment, l.seq AS seq, l.goods AS goods, l.hs AS hs, l.cas AS cas,
  l.un AS un, l.origin AS origin, l.arrival AS arrival,
  (SELECT {parties}) AS parties,
  (SELECT count(*) FROM alert a
    WHERE a.source = l.source AND a."row" = l."row" AND a.restricted = 0) AS alerts
FROM line l
JOIN source s ON s.id = l.source
"""
_PARTY = """
SELECT
  p.id AS party, p.name AS name, p.country AS country,
  (SELECT {roles}) AS roles,
  (SELECT count(DISTINCT pl.line) FROM party_line pl WHERE pl.party = p.id) AS lines,
  (SELECT count(DISTINCT a.id) FROM party_line pl
    JOIN line l ON l.id = pl.line
    JOIN alert a ON a.source = l.source AND a."row" = l."row"
    WHERE pl.party = p.id AND a.restricted = 0) AS alerts
FROM party p
"""
_DECISION = """
SELECT
  d.id AS decision, d.alert AS alert, d.verdict AS verdict, d.reason AS reason, d.note AS note,
  d."by" AS decided_by, d.at AS decided_at, d.batch AS batch,
  CASE WHEN a.decided = d.id THEN 1 ELSE 0 END AS stands,
  a.severity AS severity, a.score AS score, a.title AS title, a.restricted AS restricted
FROM decision d
JOIN alert a ON a.id = d.alert
"""
_CASE = """
SELECT
  c.number AS number, c.title AS title, c.owner AS owner, c.status AS status, c.held AS held,
  c.until AS kept_until, c.opened AS opened,
  (SELECT count(*) FROM case_alert ca WHERE ca."case" = c.number) AS alerts
FROM casefile c
"""

# SQLite guarantees the order in group_concat only from 3.44 on, so it gets sorted rows.
_LISTS = {
    "sqlite": {
        "substances": "group_concat(substance, '; ') FROM (SELECT substance FROM alert_substance"
        " WHERE alert = a.id ORDER BY substance)",
        "parties": "group_concat(told, '; ') FROM (SELECT CASE pl.role WHEN '' THEN 'party'"
        " ELSE pl.role END || ': ' || p.name AS told FROM party_line pl"
        " JOIN party p ON p.id = pl.party WHERE pl.line = l.id ORDER BY pl.role, p.name)",
        "roles": "group_concat(role, '; ') FROM (SELECT DISTINCT role FROM party_line"
        " WHERE party = p.id AND role <> '' ORDER BY role)",
    },
    "postgresql": {
        "substances": "string_agg(substance, '; ' ORDER BY substance) FROM alert_substance"
        " WHERE alert = a.id",
        "parties": "string_agg(CASE pl.role WHEN '' THEN 'party' ELSE pl.role END || ': ' ||"
        " p.name, '; ' ORDER BY pl.role, p.name) FROM party_line pl"
        " JOIN party p ON p.id = pl.party WHERE pl.line = l.id",
        "roles": "string_agg(DISTINCT role, '; ' ORDER BY role) FROM party_line"
        " WHERE party = p.id AND role <> ''",
    },
}


def upgrade() -> None:
    """Create the views; views contain no data, so any from an earlier trial are dropped."""
    lists = _LISTS[op.get_bind().dialect.name]
    made = (_ALERT, _CONSIGNMENT, _PARTY, _DECISION, _CASE)
    for name, select in zip(VIEWS, made, strict=True):
        op.execute(f"DROP VIEW IF EXISTS {name}")
        op.execute(f"CREATE VIEW {name} AS {select.format(**lists)}")
