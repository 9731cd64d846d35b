"""The desk as a plain model in memory, and a random walk that holds the product to it (``make soak``)."""
