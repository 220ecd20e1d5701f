"""Ground for every room: database handle, errors, clock, ids, keys, queue by name. Imports no room."""
