//! Worlds with known truth: origins with planted faults behind an emulated link
