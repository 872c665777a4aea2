"""对账: what others say of a month's cases set beside ours, and each difference settled by two people."""
