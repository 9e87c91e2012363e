"""What people ask of the operator: to be erased, to take a barrier away. Each has a receipt, read with its code."""
