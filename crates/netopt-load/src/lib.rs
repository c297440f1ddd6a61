//! Arrival process, stop rule and recorder, given to one driver
