"""From a party on a consignment to the listed parties that it resembles."""
