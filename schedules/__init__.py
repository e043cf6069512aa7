"""One run of one source: from the archive's pages to the index, with a report whose counts add up."""
