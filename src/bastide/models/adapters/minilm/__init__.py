"""all-MiniLM-L6-v2, the embedder that is always there. `fetch_minilm` brings it, `embedder` runs it."""

from bastide.models.adapters.minilm.fetch import MODEL_FOLDER, ModelFetchError, fetch_minilm

__all__ = ["MODEL_FOLDER", "ModelFetchError", "fetch_minilm"]
