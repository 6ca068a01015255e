"""A parser of XML from strangers: no entities, no document type, no network, no huge trees."""

from lxml import etree


def make_parser(*, recover: bool = False, encoding: str | None = None) -> etree.XMLParser:
    """Return a parser that expands and loads nothing, and drops comments and instructions.

    It does not refuse a document type by itself: its caller says where one is.

    Args:
        recover: Go on after an error, which is in the parser's log.
        encoding: Of the bytes; None: as the document says.
    """
    return etree.XMLParser(
        recover=recover,
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
