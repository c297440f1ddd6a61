//! An HTTP client whose every phase is timed by itself
