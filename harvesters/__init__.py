"""The network in, Records out: one module per source over a few protocol modules."""
