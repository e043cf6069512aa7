"""The domain, pure: records of an archive become STAC 1.1 Items with licence and access facts. No I/O."""
