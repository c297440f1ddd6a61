//! Connections that tell what they did: socket options read back, timed connects, TCP_INFO
