//! How long a transfer of a given size takes.
