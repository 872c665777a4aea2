"""Pages of the year: years, applications, sheets."""
