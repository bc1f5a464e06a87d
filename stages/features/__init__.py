"""Stage features: image embeddings under a model, cached for stages that ask for them."""
