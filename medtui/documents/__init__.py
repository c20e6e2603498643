"""Documents that people and services bring: many shapes in, one shape out."""
