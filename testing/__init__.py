"""The shared test kit. Not part of the product: nothing outside tests and demonstrations imports it."""
