"""Trade history: what is usual between two parties, on a route, for a product."""
