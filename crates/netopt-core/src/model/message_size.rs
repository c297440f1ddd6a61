//! How large a message, a packet or a batch should be: what replaces the seed's theorem 3.1.
