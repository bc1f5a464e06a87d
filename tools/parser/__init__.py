"""How the models in data/parser were trained, and the made-up captions that they learned from."""
