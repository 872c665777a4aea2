"""Pages of filings: entry, one filing, lists, form 1."""
