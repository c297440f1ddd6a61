//! Round trips per minute under load (RPM).
