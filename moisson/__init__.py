"""The composition root: typed settings and the `moisson` command."""
