"""Stage evaluate: relation inference, its intervals and controls, and what the model retained."""
