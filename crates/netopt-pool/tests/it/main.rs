//! Each test is a defect that the seed's pool had, or a promise of this one, under a paused clock.

mod ages;
mod control;
mod metrics;
mod restart;
mod scene;
mod seed;
mod threads;
mod together;
mod waiting;
