//! Find what makes network calls slow, prove the fix, apply it: the facade, and the one place where a plan becomes a client
