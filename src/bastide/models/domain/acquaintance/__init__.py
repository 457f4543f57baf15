"""Getting to know an embedder by a small examination: what its cosines mean, how far to trust them."""
