"""What the refusals of bank lines are called."""

from agency.batches.codes import label_codes

label_codes({"unknown_direction": "方向不认识"})
