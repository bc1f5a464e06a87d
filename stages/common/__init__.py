"""What several stages share: errors, files, parameters, tables, texts and the CLIP loader."""
