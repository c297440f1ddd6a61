//! A keyed, bounded connection pool over deadpool's Manager trait
