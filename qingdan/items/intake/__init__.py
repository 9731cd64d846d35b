"""The pure reading of the lists that governments publish: a file in, rows of items out. No models, no database."""
