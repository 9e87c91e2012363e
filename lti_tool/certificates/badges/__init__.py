"""What programs read of a certificate: Open Badge, European credential, keys, status lists."""
