//! Waiting lines: Little, M/M/1, Erlang B and C, square-root staffing, Kleinrock's power.
